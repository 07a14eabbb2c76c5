// Reads the models of a repository: every model file's card, size and digest.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { adoptModel } from '../../models/adopt/index.ts';
import { type Card, cardKey, readCard } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { suggestion } from '../../models/nearest.ts';
import { type ModelPort, readInputsAndOutputs } from '../../models/onnx/inputs-and-outputs.ts';
import { readMetadata } from '../../models/onnx/metadata.ts';
import { listModels, type ModelFile } from '../../models/repository.ts';
import { command } from '../../setup/invocation.mjs';
import { cacheFolder } from '../../setup/paths.mjs';
import { openFreeBuffers } from '../memory/free-buffers.ts';
import { type ServedModel, versionName } from './models.ts';

/** Bytes that are digested at a time: requests are answered in between. */
const PIECE = 1024 * 1024;

/**
 * Reads all versions of all models in a repository, or of the one named.
 *
 * @param log - gets a line for each file that has no valid card and is left out.
 * @returns at least one, sorted by name, then version.
 * @throws UserError when there is none; it says how to make one.
 */
export async function readServedModels(
  repository: string,
  only: string | undefined,
  log: (line: string) => void,
): Promise<ServedModel[]> {
  const models: ServedModel[] = [];
  for (const file of await listModels(repository)) {
    if (only !== undefined && file.name !== only) continue;
    try {
      models.push(await readServedModel(file));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      log(`${versionName(file)} is left out: ${error.message}`);
    }
  }
  if (models.length === 0) throw await noModel(repository, only);
  return models;
}

/** The error about a repository without the model that was asked for, or without any. */
export async function noModel(repository: string, only: string | undefined): Promise<UserError> {
  const names = [...new Set((await listModels(repository)).map(({ name }) => name))];
  if (only !== undefined && names.length > 0 && !names.includes(only)) {
    return new UserError(`there is no model "${only}" in ${repository}. ${suggestion(only, names)}`);
  }
  return new UserError(
    `there is no model to serve in ${repository}. Make one with:\n  ${command('train', ['digits'])}\n  ${command('export')}`,
  );
}

/**
 * Reads a version's card, in its file or as card.json beside it, and what identifies the file.
 *
 * @throws UserError when it has no valid card.
 */
export async function readServedModel(file: ModelFile): Promise<ServedModel> {
  const { mtimeMs } = await stat(file.path);
  const bytes = await readFile(file.path);
  try {
    return await parseModel(file, bytes, mtimeMs);
  } finally {
    openFreeBuffers()([bytes]);
  }
}

async function parseModel(file: ModelFile, bytes: Buffer, modified: number): Promise<ServedModel> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE) {
    hash.update(bytes.subarray(at, at + PIECE));
    if (at > 0) await yieldToOthers();
  }
  const sha256 = hash.digest('hex');
  const cardText = readMetadata(bytes)[cardKey] === undefined ? await readCardFile(file.path) : undefined;
  if (cardText !== undefined) return adopt(file, bytes, cardText, modified);
  const card = readCard(bytes);
  checkInputsAndOutputs(bytes, card);
  return { ...file, card, sha256, bytes: bytes.length, modified };
}

/**
 * Checks that the inputs and outputs of a file are those of its card, before it is opened: onnxruntime ends the whole
 * process when an output is int4.
 */
function checkInputsAndOutputs(bytes: Uint8Array, { input, output }: Card): void {
  const { inputs, outputs } = readInputsAndOutputs(bytes);
  const check = (what: string, ports: readonly ModelPort[], name: string, type: string) => {
    const port = ports.find((port) => port.name === name);
    if (port?.type === type) return;
    const all = ports.map(({ name, type }) => `"${name}" (${type})`).join(', ');
    throw new UserError(`its ${what}s are ${all}; expected "${name}" (${type})`);
  };
  check('input', inputs, input.name, 'uint8');
  check('output', outputs, output.name, 'float');
}

/** The text of the card.json beside a model file; undefined when there is none. */
async function readCardFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(cardPath(path), 'utf8');
  } catch {
    return undefined;
  }
}

function cardPath(path: string): string {
  return join(dirname(path), 'card.json');
}

/** Converts a model from elsewhere into our own form; the converted file is in the cache folder, and is served. */
async function adopt(
  file: ModelFile,
  bytes: Uint8Array,
  cardText: string,
  modified: number,
): Promise<ServedModel> {
  const own = adoptModel(file.name, bytes, cardText);
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

/** A text that changes whenever the files of a version change. */
export async function stampOf(path: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(path);
  const card = await stat(cardPath(path)).catch(() => undefined);
  return `${mtimeMs} ${size} ${ino} ${card?.mtimeMs} ${card?.size}`;
}
