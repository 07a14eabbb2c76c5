// Reads what there is to serve: every model file's card, size and digest.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { adoptModel } from '../../models/adopt/index.ts';
import { type Card, cardKey, readCard } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { type ModelPort, readInputsAndOutputs } from '../../models/onnx/inputs-and-outputs.ts';
import { readMetadata } from '../../models/onnx/metadata.ts';
import { listModels, type ModelFile } from '../../models/repository.ts';
import { cacheFolder } from '../../setup/paths.mjs';
import { openFree } from '../memory/free-buffers.ts';
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
 * Reads a version's card, in its file or as card.json beside it, and what identifies the file.
 *
 * @throws UserError when it has no valid card.
 */
export async function readModel(file: ModelFile): Promise<ServedModel> {
  const { mtimeMs } = await stat(file.path);
  const bytes = await readFile(file.path);
  try {
    return await parseModel(file, bytes, mtimeMs);
  } finally {
    openFree()([bytes]);
  }
}

async function parseModel(file: ModelFile, bytes: Buffer, modified: number): Promise<ServedModel> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE) {
    hash.update(bytes.subarray(at, at + PIECE));
    if (at > 0) await breathe();
  }
  const sha256 = hash.digest('hex');
  const plain = readMetadata(bytes)[cardKey] === undefined ? await readBeside(file.path) : undefined;
  if (plain !== undefined) return adopted(file, bytes, plain, modified);
  const card = readCard(bytes);
  checkEnds(bytes, card);
  return { ...file, card, sha256, bytes: bytes.length, modified };
}

/**
 * Looks whether a file takes and gives what its card says, before it is opened: onnxruntime ends the whole process over
 * an output of int4.
 */
function checkEnds(bytes: Uint8Array, { input, output }: Card): void {
  const { inputs, outputs } = readInputsAndOutputs(bytes);
  const check = (what: string, ends: readonly ModelPort[], name: string, type: string) => {
    const end = ends.find((end) => end.name === name);
    if (end?.type === type) return;
    const all = ends.map(({ name, type }) => `"${name}" (${type})`).join(', ');
    throw new UserError(`its ${what}s are ${all}; expected "${name}" (${type})`);
  };
  check('input', inputs, input.name, 'uint8');
  check('output', outputs, output.name, 'float');
}

/** The text of the card.json beside a model file; undefined when there is none. */
async function readBeside(path: string): Promise<string | undefined> {
  try {
    return await readFile(besides(path), 'utf8');
  } catch {
    return undefined;
  }
}

function besides(path: string): string {
  return join(dirname(path), 'card.json');
}

/** A model from elsewhere is served from a file of our own form, which is kept in the cache folder. */
async function adopted(
  file: ModelFile,
  bytes: Uint8Array,
  plain: string,
  modified: number,
): Promise<ServedModel> {
  const own = adoptModel(file.name, bytes, plain);
  const sha256 = createHash('sha256').update(own).digest('hex');
  const folder = join(cacheFolder(), 'adopted');
  const path = join(folder, `${sha256}.onnx`);
  const temporary = `${path}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  await writeFile(temporary, own);
  await utimes(temporary, new Date(modified), new Date(modified));
  await rename(temporary, path);
  const { mtimeMs } = await stat(path);
  return { ...file, path, card: readCard(own), sha256, bytes: own.length, modified: mtimeMs };
}

/** Tells one state of a version's file from another. */
export async function stampOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  const card = await stat(besides(path)).catch(() => undefined);
  return `${mtimeMs} ${size} ${ino} ${card?.mtimeMs} ${card?.size}`;
}
