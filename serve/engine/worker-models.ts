// Models as the workers get them.
import type { WorkerModel } from '../sessions/messages.ts';
import { embeddingKey, type ServedModel, sessionKey } from './models.ts';

export interface WorkerModels {
  readonly plain: (model: ServedModel) => WorkerModel;
  /** For pictures of which the embedding is wanted, too. */
  readonly embedding: (model: ServedModel) => WorkerModel;
}

/** One object of each kind for each model: its key is then the same string, which Maps find without comparing its characters. */
export function createWorkerModels(): WorkerModels {
  const plain = remembered((model) => {
    const { path, contents, card } = model;
    return { key: sessionKey(model), path, contents, card };
  });
  const embedding = remembered((model) => {
    const { key, ...rest } = plain(model);
    return { ...rest, key: embeddingKey(key), embedding: true };
  });
  return { plain, embedding };
}

function remembered(make: (model: ServedModel) => WorkerModel): (model: ServedModel) => WorkerModel {
  const known = new WeakMap<ServedModel, WorkerModel>();
  return (model) => {
    let found = known.get(model);
    if (found === undefined) {
      found = make(model);
      known.set(model, found);
    }
    return found;
  };
}
