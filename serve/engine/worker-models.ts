// Models as the workers get them.
import type { WorkerModel } from '../sessions/messages.ts';
import { type ServedModel, sessionKey } from './models.ts';

/** One object for each model: its key is then the same string, which Maps find without comparing its characters. */
export function createWorkerModels(): (model: ServedModel) => WorkerModel {
  const known = new WeakMap<ServedModel, WorkerModel>();
  return (model) => {
    let found = known.get(model);
    if (found === undefined) {
      const { path, contents, card } = model;
      found = { key: sessionKey(model), path, contents, card };
      known.set(model, found);
    }
    return found;
  };
}
