// `trainyard/client`: asks a server, from Node and from browsers.
export { PictureError } from '../models/model-error.ts';
export type { Prediction } from '../models/rank.ts';
export { createClient, ServerError } from '../serve/client/client.ts';
export type {
  Client,
  ClientClassifyOptions,
  ClientOptions,
  PictureSource,
  ServerAnswers,
  ServerClassification,
  ServerModel,
  ServerMultiClassification,
  ServerRegression,
} from '../serve/client/types.ts';
