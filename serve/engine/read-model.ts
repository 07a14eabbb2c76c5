// Reads the models of a repository: every model file's card, size and digest.
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { findBeside } from '../../models/adopt/beside.ts';
import { type Card, cardKey, readCard } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { suggestion } from '../../models/nearest.ts';
import { type ModelPort, readInputsAndOutputs } from '../../models/onnx/inputs-and-outputs.ts';
import { readMetadata } from '../../models/onnx/metadata.ts';
import { listModels, type ModelFile } from '../../models/repository.ts';
import { command } from '../../setup/invocation.mjs';
import { openFreeBuffers } from '../memory/free-buffers.ts';
import { adoptInThread } from './adopt.ts';
import type { ServedModel } from './models.ts';

/** Bytes that are digested at a time: requests are answered in between. */
const PIECE = 1024 * 1024;

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
 * Reads a version's card, in its file or as what is said beside it, and what identifies the file.
 *
 * @param source - address from which it was fetched.
 * @throws UserError when it has no valid card; the operating system's error when a file cannot be read or written.
 */
export async function readServedModel(file: ModelFile, source?: string): Promise<ServedModel> {
  const { mtimeMs } = await stat(file.path);
  const bytes = await readFile(file.path);
  try {
    if (readMetadata(bytes)[cardKey] === undefined && findBeside(file.path) !== undefined) {
      return { ...file, ...(await adoptInThread(file, source)), adopted: true };
    }
    return { ...file, ...(await readModelBytes(bytes)), written: mtimeMs };
  } finally {
    openFreeBuffers()([bytes]);
  }
}

/**
 * Reads a model file's card, and what identifies the file.
 *
 * @throws UserError when it has no valid card, or another input or output than its card says.
 */
export async function readModelBytes(
  bytes: Uint8Array,
): Promise<Pick<ServedModel, 'card' | 'sha256' | 'bytes' | 'adopted'>> {
  const card = readCard(bytes);
  checkInputsAndOutputs(bytes, card);
  return { card, sha256: await digestInPieces(bytes), bytes: bytes.length, adopted: false };
}

async function digestInPieces(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE) {
    hash.update(bytes.subarray(at, at + PIECE));
    if (at > 0) await yieldToOthers();
  }
  return hash.digest('hex');
}

/** Whether the file that is served is still the one that was read. A file of the repository is looked at elsewhere. */
export async function isServedFileThere({ path, bytes, written, adopted }: ServedModel): Promise<boolean> {
  if (!adopted) return true;
  const found = await stat(path).catch(() => undefined);
  return found?.size === bytes && found.mtimeMs === written;
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
