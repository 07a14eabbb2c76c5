// Finds the files that say how a model from elsewhere is used, on this disk.
import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CARD_FILE } from './card.ts';
import { type Beside, CONFIG_FILE, PREPROCESSOR_FILE } from './said-beside.ts';

/**
 * What is beside a model file: its card.json, or without one, the configurations beside it or above its folder, as that of
 * `onnx/model.onnx` is. A file that cannot be read is there too.
 *
 * @returns undefined where nothing says anything.
 */
export function findBeside(model: string): Beside<string> | undefined {
  const card = join(dirname(model), CARD_FILE);
  if (isThere(card)) return { card };
  const [config, preprocessor] = [nearModel(model, CONFIG_FILE), nearModel(model, PREPROCESSOR_FILE)];
  if (config === undefined && preprocessor === undefined) return undefined;
  return { ...(config && { config }), ...(preprocessor && { preprocessor }) };
}

/** Path of a file beside a model, or above its folder; undefined where there is none. */
export function nearModel(model: string, name: string): string | undefined {
  const folders = [dirname(model), dirname(dirname(model))];
  return folders.map((folder) => join(folder, name)).find(isThere);
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // its folder cannot be looked into
  }
}
