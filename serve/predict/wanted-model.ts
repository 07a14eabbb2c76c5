// The model that predicts: one of a repository, by its name, or a file, by its path.
import { basename, dirname, resolve } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { MODEL_FILE, VERSION } from '../../models/list-models.ts';
import type { EngineOptions } from '../engine/index.ts';
import { readServedModel } from '../engine/read-model.ts';
import { reasonOf } from '../engine/read-models.ts';

export type WantedModel =
  | { readonly path: string }
  | { readonly repository: string; readonly name: string; readonly version: number | undefined };

/**
 * What the engine has to know of it: it opens this model alone.
 * @throws UserError when the file cannot be read, or is no model file with a card
 */
export async function engineOptionsOf(
  wanted: WantedModel,
): Promise<Pick<EngineOptions, 'repository' | 'only' | 'version'>> {
  if ('name' in wanted) {
    const { repository, name, version } = wanted;
    return { repository, only: name, version };
  }
  const { path } = wanted;
  try {
    const name = basename(path, '.onnx');
    const model = await readServedModel({ name, version: versionOf(resolve(path)), path: resolve(path) });
    return { repository: [{ ...model, name: model.card.name }] };
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new UserError(`${path} cannot be used: ${reason}.`.replace(/\.\.$/, '.'));
  }
}

/** As the folder says it where the file is in a repository: `digits/2/model.onnx`; 1 elsewhere. */
function versionOf(path: string): number {
  const folder = basename(dirname(path));
  return basename(path) === MODEL_FILE && VERSION.test(folder) ? Number(folder) : 1;
}

/** In words, for messages. */
export const wantedInWords = (wanted: WantedModel) =>
  'path' in wanted ? wanted.path : `model "${wanted.name}" in ${wanted.repository}`;
