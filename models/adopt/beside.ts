// The files that say how a model from elsewhere is used: a card.json beside it, or what the Hugging Face Hub has instead.
import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CARD_FILE } from './card.ts';

/** The configuration of a network of transformers or timm: its labels, and what it was trained for. */
export const CONFIG_FILE = 'config.json';

/** How transformers prepares pictures for it. */
export const PREPROCESSOR_FILE = 'preprocessor_config.json';

/** Files beside a model: their paths, or their contents. */
export interface Beside<T> {
  readonly card?: T;
  readonly config?: T;
  readonly preprocessor?: T;
}

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
