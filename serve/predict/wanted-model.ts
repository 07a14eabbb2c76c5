// The model that predicts: one of a repository, by its name, a file, by its path, or one of the Hugging Face Hub.
import { basename, dirname, resolve } from 'node:path';
import { HubError } from '../../hub/error.ts';
import { UserError } from '../../models/errors.ts';
import { MODEL_FILE, VERSION } from '../../models/list-models.ts';
import type { EngineOptions } from '../engine/index.ts';
import type { ServedModel } from '../engine/models.ts';
import { readHubModel } from '../engine/read-hub-model.ts';
import { readServedModel } from '../engine/read-model.ts';
import { reasonOf } from '../engine/read-models.ts';

export type WantedModel =
  | { readonly path: string }
  /** `hf:owner/name`. */
  | { readonly hub: string }
  | { readonly repository: string; readonly name: string; readonly version: number | undefined };

/**
 * What the engine has to know of it: it opens this model alone.
 * @param tell - called with lines about a download.
 * @throws UserError when the file does not come, cannot be read, or is no model file with a card
 */
export async function engineOptionsOf(
  wanted: WantedModel,
  tell: (line: string) => void,
): Promise<Pick<EngineOptions, 'repository' | 'only' | 'version'>> {
  if ('name' in wanted) {
    const { repository, name, version } = wanted;
    return { repository, only: name, version };
  }
  const place = 'hub' in wanted ? wanted.hub : wanted.path;
  try {
    const model = 'hub' in wanted ? await readHubModel(wanted.hub, { tell }) : await readFile(wanted.path);
    return { repository: [{ ...model, name: model.card.name }] };
  } catch (error) {
    if (error instanceof HubError) throw error;
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    throw new UserError(`${place} cannot be used: ${reason}.`.replace(/\.\.$/, '.'));
  }
}

function readFile(path: string): Promise<ServedModel> {
  const name = basename(path, '.onnx');
  return readServedModel({ name, version: versionOf(resolve(path)), path: resolve(path) });
}

/** As the folder says it where the file is in a repository: `digits/2/model.onnx`; 1 elsewhere. */
function versionOf(path: string): number {
  const folder = basename(dirname(path));
  return basename(path) === MODEL_FILE && VERSION.test(folder) ? Number(folder) : 1;
}

/** In words, for messages. */
export const wantedInWords = (wanted: WantedModel) =>
  'path' in wanted
    ? wanted.path
    : 'hub' in wanted
      ? wanted.hub
      : `model "${wanted.name}" in ${wanted.repository}`;
