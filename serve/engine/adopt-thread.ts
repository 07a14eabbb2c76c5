// A thread that adopts one model from elsewhere: it and what is said beside it become one file in our own form, in the cache.
// Hundreds of megabytes are read, converted and digested here, while the main thread answers requests.
import { createHash } from 'node:crypto';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { findBeside } from '../../models/adopt/beside.ts';
import { adoptModel } from '../../models/adopt/index.ts';
import type { Beside } from '../../models/adopt/said-beside.ts';
import { type Card, readCard } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { readSmallFile } from '../../models/small-file.ts';
import { systemReason } from '../../models/system-reason.ts';
import { makePath } from '../../setup/files/index.mjs';
import { explain } from '../explain.ts';

export interface AdoptTask {
  readonly name: string;
  /** Its model.onnx. */
  readonly path: string;
  /** Where files in our form are kept. */
  readonly folder: string;
  /** Address from which it was fetched. */
  readonly source?: string | undefined;
}

export interface AdoptedFile {
  readonly path: string;
  readonly card: Card;
  readonly sha256: string;
  readonly bytes: number;
  readonly written: number;
}

/** The thread's answer: the file, or what went wrong. `again`: it may go better in a while. */
export type AdoptAnswer =
  | { readonly file: AdoptedFile }
  | { readonly error: string; readonly code?: string | undefined; readonly isForUser: boolean };

async function adopt({ name, path, folder, source }: AdoptTask): Promise<AdoptedFile> {
  const own = adoptModel(name, await readFile(path), await readBeside(path), path, source);
  const sha256 = createHash('sha256').update(own).digest('hex');
  const target = join(folder, `${sha256}.onnx`);
  if (!(await hasContent(target, own.length, sha256))) await writeWhole(target, folder, own);
  const { mtimeMs } = await stat(target);
  return { path: target, card: readCard(own), sha256, bytes: own.length, written: mtimeMs };
}

async function readBeside(path: string): Promise<Beside<Uint8Array>> {
  const files: [string, Uint8Array][] = [];
  for (const [kind, beside] of Object.entries(findBeside(path) ?? {})) {
    try {
      files.push([kind, await readSmallFile(beside)]);
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new Failed(`${basename(beside)} cannot be read`, error);
    }
  }
  return Object.fromEntries(files);
}

/** Whether the file is there already, as by an earlier start: it is not written again. */
async function hasContent(path: string, bytes: number, sha256: string): Promise<boolean> {
  try {
    if ((await stat(path)).size !== bytes) return false;
    return (
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex') === sha256
    );
  } catch {
    return false;
  }
}

async function writeWhole(path: string, folder: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}`;
  try {
    makePath(folder); // Node's own never ends where the system lets nobody make one, as in /proc
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new Failed(
      `its file in our form cannot be written to ${folder}; the variable TRAINYARD_CACHE names another folder`,
      error,
    );
  }
}

/** What could not be done, and the error of the operating system. */
class Failed extends Error {
  readonly code: string | undefined;
  constructor(what: string, cause: unknown) {
    super(`${what}: ${systemReason(cause) ?? String(cause)}`, { cause });
    this.code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  }
}

function answerOf(error: unknown): AdoptAnswer {
  if (error instanceof UserError) return { error: error.message, isForUser: true };
  if (error instanceof Failed) return { error: error.message, code: error.code, isForUser: false };
  const system = systemReason(error);
  if (system !== undefined && error instanceof Error && 'code' in error)
    return { error: `it cannot be read: ${system}`, code: String(error.code), isForUser: false };
  return { error: explain(error), isForUser: false };
}

if (parentPort !== null && workerData?.adopt !== undefined) {
  const answer = await adopt(workerData.adopt).then((file): AdoptAnswer => ({ file }), answerOf);
  parentPort.postMessage(answer);
}
