// `trainyard`: opens a model file and classifies pictures, in Node and without TensorFlow.

export type { Card } from '../models/card.ts';
export type { Picture } from '../models/image/picture.ts';
export { ModelError, type ModelErrorReason, PictureError } from '../models/model-error.ts';
export type { Prediction } from '../models/rank.ts';
export { loadModel } from '../serve/library/load-model.ts';
export type {
  Answers,
  AnswerTask,
  Classification,
  ClassifyOptions,
  EmbedOptions,
  LoadOptions,
  Model,
  ModelSource,
  MultiClassification,
  PictureSource,
  Regression,
} from '../serve/library/types.ts';
