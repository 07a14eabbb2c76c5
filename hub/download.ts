// Fetches one file of the Hugging Face Hub: on from where an interrupted download stopped, checked against its digest.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemReason } from '../models/system-reason.ts';
import { makePath } from '../setup/files/index.mjs';
import { HubError } from './error.ts';
import { pieces } from './pieces.ts';
import { askHub, type HubAnswer, unreachable } from './request.ts';
import type { HubSettings } from './settings.ts';

/** Behind the name of a file that is not whole yet. */
export const INCOMPLETE = '.incomplete';

export interface Download {
  readonly url: string;
  /** Path that the file gets when it is whole. */
  readonly target: string;
  /** The file in messages. */
  readonly what: string;
  readonly settings: Pick<HubSettings, 'endpoint' | 'token'>;
  /** Called with the bytes that are here and those that there will be, NaN where the Hub does not say. */
  readonly progress?: ((bytes: number, all: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a file. What an earlier download left of it is kept if it is right, else the file is fetched anew.
 *
 * @throws HubError when it does not come, or is not what the Hub says it is; then nothing is at `target`.
 */
export async function download(asked: Download): Promise<void> {
  const partial = asked.target + INCOMPLETE;
  makePath(dirname(asked.target));
  try {
    const before = await sizeOf(partial);
    if (await fetchInto(partial, asked, before)) return await rename(partial, asked.target);
    await rm(partial, { force: true });
    if (before > 0 && (await fetchInto(partial, asked, 0))) return await rename(partial, asked.target);
    await rm(partial, { force: true });
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined || error instanceof HubError) throw error;
    // Another process has fetched it at the same time: both write the same bytes to the same places.
    if ((await sizeOf(asked.target)) > 0) return;
    throw new HubError(`${asked.what} cannot be kept at ${asked.target}: ${reason}.`, { cause: error });
  }
  throw new HubError(
    `${asked.what} is not what ${asked.settings.endpoint} says that it is: its digest is another. It was deleted; the same command fetches it anew.`,
  );
}

/** @returns whether the file is whole and right. */
async function fetchInto(partial: string, asked: Download, from: number): Promise<boolean> {
  const { url, what, settings, signal } = asked;
  const headers = from > 0 ? { range: `bytes=${from}-` } : {};
  const answer = await askHub(url, settings, { what, headers, signal });
  const file = await open(partial, from > 0 ? 'r+' : 'w');
  try {
    await write(file, answer, from, asked);
    await file.sync();
  } finally {
    await file.close();
  }
  return isRight(partial, answer.headers);
}

async function write(
  file: FileHandle,
  { response, headers }: HubAnswer,
  from: number,
  { url, progress, signal }: Download,
): Promise<void> {
  // All of it was there already.
  if (response.status === 416) return response.body?.cancel();
  // A server may answer a range with the whole.
  let at = response.status === 206 ? from : 0;
  const coming = Number(response.headers.get('content-length') ?? Number.NaN);
  const all = Number(headers.get('x-linked-size') ?? at + coming);
  if (at < from) await file.truncate(0);
  try {
    for await (const piece of pieces(response)) {
      await file.write(piece, 0, piece.length, at);
      at += piece.length;
      progress?.(at, all);
    }
  } catch (error) {
    signal?.throwIfAborted();
    // What has come is kept, and gone on from.
    throw systemReason(error) === undefined ? unreachable(new URL(url).origin, error) : error;
  }
}

/**
 * Whether a file is what the Hub says: of a large file it gives the SHA-256, of a small one git's own digest of it. A mirror
 * that gives neither is taken by the size.
 */
async function isRight(path: string, headers: Headers): Promise<boolean> {
  const size = await sizeOf(path);
  const linked = headers.get('x-linked-size');
  if (linked !== null && Number(linked) !== size) return false;
  const tag = headers.get('x-linked-etag') ?? headers.get('etag') ?? '';
  const digest = tag.replace(/^W\//, '').replaceAll('"', '');
  if (/^[0-9a-f]{64}$/.test(digest)) return (await digestOf(path, 'sha256')) === digest;
  // Reference: git's object format, "blob <size>\0" before the content (git-hash-object).
  if (/^[0-9a-f]{40}$/.test(digest)) return (await digestOf(path, 'sha1', `blob ${size}\0`)) === digest;
  return true;
}

async function digestOf(path: string, algorithm: 'sha256' | 'sha1', before = ''): Promise<string> {
  const hash = createHash(algorithm).update(before);
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
