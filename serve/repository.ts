// Reads what there is to serve: every model file's card, size and digest.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import { readCard } from '../models/card.ts';
import { UserError } from '../models/errors.ts';
import { listModels, type ModelFile } from '../models/repository.ts';
import { keyOf, type ServedModel, suggestion } from './models.ts';

/** Bytes that are digested at a time: others are answered in between. */
const PIECE = 1024 * 1024;

/**
 * Reads all versions of all models in a repository, or of the one named.
 *
 * @param log - told of files that have no valid card and are left out.
 * @returns at least one, sorted by name, then version.
 * @throws UserError when there is none; it says how to make one.
 */
export async function readModels(
  repository: string,
  only: string | undefined,
  log: (line: string) => void,
): Promise<ServedModel[]> {
  const models: ServedModel[] = [];
  for (const file of await listModels(repository)) {
    if (only !== undefined && file.name !== only) continue;
    try {
      models.push(await readModel(file));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      log(`${keyOf(file)} is left out: ${error.message}`);
    }
  }
  if (models.length === 0) throw await noModel(repository, only);
  return models;
}

/** What to say of a repository without the model that was asked for, or without any. */
export async function noModel(repository: string, only: string | undefined): Promise<UserError> {
  const names = [...new Set((await listModels(repository)).map(({ name }) => name))];
  if (only !== undefined && names.length > 0 && !names.includes(only)) {
    return new UserError(`there is no model "${only}" in ${repository}${suggestion(only, names)}`);
  }
  return new UserError(
    `there is no model to serve in ${repository}. Make one with:\n  npm run train digits\n  npm run export`,
  );
}

/**
 * Reads a version's card, and what identifies its file.
 *
 * @throws UserError when it has no valid card.
 */
export async function readModel(file: ModelFile): Promise<ServedModel> {
  const { mtimeMs } = await stat(file.path);
  const bytes = await readFile(file.path);
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE) {
    hash.update(bytes.subarray(at, at + PIECE));
    if (at > 0) await breathe();
  }
  const sha256 = hash.digest('hex');
  return { ...file, card: readCard(bytes), sha256, bytes: bytes.length, modified: mtimeMs };
}

/** Tells one state of a version's file from another. */
export async function stampOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  return `${mtimeMs} ${size} ${ino}`;
}
