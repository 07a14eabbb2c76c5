// A model from elsewhere as the server serves it: with the card.json beside it.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CARD_FILE } from '../../models/adopt/card.ts';
import { adoptModel } from '../../models/adopt/index.ts';
import { readCard } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { complete } from '../../models/onnx/read-file.ts';
import { decodeModel } from '../../models/onnx/schema.ts';
import type { OpenModelFile } from './file.ts';

/**
 * The file in our own form where it has no card but a card.json is beside it, as the server makes it; else as it is.
 * @throws UserError when the card.json is not valid, or the model is not what it says.
 */
export function asServed(file: OpenModelFile): OpenModelFile {
  const folder = dirname(resolve(file.path));
  const cardPath = join(folder, CARD_FILE);
  if (file.card !== undefined || !existsSync(cardPath)) return file;
  try {
    // The folder of a version is in that of the name.
    const name = basename(dirname(folder)) || basename(folder);
    const bytes = adoptModel(name, readFileSync(file.path), readFileSync(cardPath), folder);
    const { model } = complete(decodeModel(bytes), folder);
    return { path: file.path, size: file.size, source: bytes, model, card: readCard(bytes) };
  } catch (error) {
    throw error instanceof UserError
      ? new UserError(`${file.path}: ${error.message}`, { cause: error })
      : error;
  }
}
