// Options that several commands of export/ take, in the same words, and the check of a folder.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, UserError } from '../../models/errors.ts';
import { modelsFolder, repositoryFolder } from '../../setup/paths.mjs';

/** What a command takes as a model file. */
export const MODEL_FILE = 'a .onnx file, or a model of the repository: digits or digits/1';

export const modelFile = {
  type: 'positional',
  required: false,
  description: `${MODEL_FILE.charAt(0).toUpperCase()}${MODEL_FILE.slice(1)}; the model that was exported last if left out`,
} as const;

/** Of a command that writes model files. */
export const repositoryOption = {
  repository: {
    type: 'string',
    valueHint: 'folder',
    description: 'Folder of the model files',
    default: repositoryFolder,
  },
} as const;

/** Of a command that reads them. */
export const modelsOption = {
  repository: { type: 'string', description: 'Folder of the model files', default: modelsFolder },
} as const;

export const jsonOption = { json: { type: 'boolean', description: 'Print the result as JSON' } } as const;

export const dataOption = {
  data: {
    type: 'string',
    valueHint: 'folder',
    description: 'Folder of the pictures that the model was trained on, if they were in a folder',
  },
} as const;

/**
 * The folder that an option names, which may be made later.
 * @throws UserError when it cannot be made or written to: before work is done whose result could not be kept.
 */
export function writableFolder(option: string, path: string): string {
  let place = resolve(path);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    if (!statSync(place).isDirectory()) throw new Error(`${place} is a file`);
    accessSync(place, constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    throw new UserError(
      `--${option} takes a folder that can be written to; received ${JSON.stringify(path)}: ${messageOf(error)}.`,
    );
  }
}

/** The folder that an option names. @throws UserError when there is none. */
export function existingFolder(option: string, path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new UserError(`--${option} takes a folder; received ${JSON.stringify(path)}, which is none.`);
}
