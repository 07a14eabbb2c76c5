// Which words of the command line name a model from elsewhere, rather than a run.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a folder holds a SavedModel. */
export function isSavedModel(folder: string): boolean {
  return existsSync(join(folder, 'saved_model.pb'));
}

/** Whether a word is a model.json, or a folder with one or with a SavedModel. */
export function isModelPath(word: string): boolean {
  return word.endsWith('.json') || existsSync(join(word, 'model.json')) || isSavedModel(word);
}
