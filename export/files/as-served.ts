// A model from elsewhere as the server serves it: with what is said beside it.
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { findBeside } from '../../models/adopt/beside.ts';
import { adoptModel } from '../../models/adopt/index.ts';
import { readCard } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { complete } from '../../models/onnx/read-file.ts';
import { decodeModel } from '../../models/onnx/schema.ts';
import type { OpenModelFile } from './file.ts';

/**
 * The file in our own form where it has no card but one, or configurations, are beside it, as the server makes it; else as it is.
 * @throws UserError when the card.json is not valid, or the model is not what it says.
 */
export function asServed(file: OpenModelFile): OpenModelFile {
  const folder = dirname(resolve(file.path));
  const beside = file.card === undefined ? findBeside(resolve(file.path)) : undefined;
  if (beside === undefined) return file;
  try {
    // The folder of a version is in that of the name.
    const name = basename(dirname(folder)) || basename(folder);
    const said = Object.fromEntries(Object.entries(beside).map(([kind, path]) => [kind, readFileSync(path)]));
    const bytes = adoptModel(name, readFileSync(file.path), said, resolve(file.path));
    const { model } = complete(decodeModel(bytes), resolve(file.path));
    return { path: file.path, size: file.size, source: bytes, model, card: readCard(bytes) };
  } catch (error) {
    throw error instanceof UserError
      ? new UserError(`${file.path}: ${error.message}`, { cause: error })
      : error;
  }
}
