// Which model of a repository answers when a request names none, and what is said when that changes.
import { readDefaultModel } from '../../models/default-model.ts';
import type { Log } from '../log.ts';
import { defaultModel, type Only, type ServedModel, versionName } from './models.ts';

export interface DefaultChoice {
  /** The model that answers; undefined while there is none at all, or the pinned one is not served. */
  model(): ServedModel | undefined;
  /** What is said of it: of a pinned version the version too. */
  name(): string | undefined;
  /** The pinned model, which stays open though it need not be the newest of its name; none where none is pinned. */
  kept(): readonly ServedModel[];
  /** Reads the repository's own file. */
  read(): Promise<void>;
  /** Reads it again; a change has its line. @param before - `name()` before the models changed. */
  readAgain(before: string | undefined): Promise<void>;
}

/**
 * @param pinned - what the operator has said.
 * @param models - those that are served, sorted by name, then version.
 */
export function createDefaultChoice(
  repository: string,
  pinned: Only | undefined,
  models: () => readonly ServedModel[],
  log: Log,
): DefaultChoice {
  let named: string | undefined;
  const model = () => defaultModel(models(), named, pinned);
  const name = () => {
    const chosen = model();
    return chosen === undefined || pinned?.version === undefined ? chosen?.name : versionName(chosen);
  };
  const read = async () => {
    named = await readDefaultModel(repository);
  };
  return {
    model,
    name,
    kept: () => models().filter((each) => pinned !== undefined && each === model()),
    read,
    async readAgain(before) {
      await read();
      const now = name();
      if (now === before) return;
      if (now !== undefined && (before !== undefined || pinned !== undefined))
        log(`${now} answers from now on when no model is named`, { model: now });
      if (now === undefined && pinned !== undefined)
        log(`${before} is pinned, and is not served any more: requests that name no model are refused`, {
          level: 'error',
          model: before,
        });
    },
  };
}
