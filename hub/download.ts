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
  /** Bytes that it may have. */
  readonly most: number;
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
    // Nothing that could be gone on from.
    if ((await sizeOf(partial)) === 0) await rm(partial, { force: true });
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
  if (isCertain(answer)) return isRight(partial, answer);
  await rm(partial, { force: true });
  throw new HubError(
    `${what} cannot be trusted: ${new URL(answer.response.url || url).origin} says neither its size nor its digest, so that a file that was cut short looks like a whole one.`,
  );
}

async function write(
  file: FileHandle,
  answer: HubAnswer,
  from: number,
  { url, what, most, progress, signal }: Download,
): Promise<void> {
  const { response } = answer;
  // All of it was there already.
  if (response.status === 416) return response.body?.cancel();
  // A server may answer a range with the whole.
  let at = response.status === 206 ? from : 0;
  const said = sizeSaid(answer);
  if (said !== undefined && said > most) {
    await response.body?.cancel();
    throw new HubError(tooLarge(what, said, most));
  }
  if (at < from) await file.truncate(0);
  try {
    for await (const piece of pieces(response)) {
      if (at + piece.length > (said ?? most)) {
        await file.truncate(0);
        throw new HubError(tooMuch(what, said, most));
      }
      await file.write(piece, 0, piece.length, at);
      at += piece.length;
      progress?.(at, said ?? Number.NaN);
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof HubError) throw error;
    // What has come is kept, and gone on from.
    throw systemReason(error) === undefined ? unreachable(new URL(url).origin, error) : error;
  }
}

/**
 * Whether a file is what the Hub says: of a large file it gives the SHA-256, of a small one git's own digest of it. A mirror
 * that gives neither is taken by the size.
 */
async function isRight(path: string, answer: HubAnswer): Promise<boolean> {
  const size = await sizeOf(path);
  const said = sizeSaid(answer);
  if (said !== undefined && said !== size) return false;
  const digest = digestSaid(answer);
  if (/^[0-9a-f]{64}$/.test(digest)) return (await digestOf(path, 'sha256')) === digest;
  // Reference: git's object format, "blob <size>\0" before the content (git-hash-object).
  if (/^[0-9a-f]{40}$/.test(digest)) return (await digestOf(path, 'sha1', `blob ${size}\0`)) === digest;
  return true;
}

/** Bytes of the whole file, where they are said: by the Hub of a large file, else by who sends it, also of a part. */
function sizeSaid({ response, headers }: HubAnswer): number | undefined {
  const ofPart = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  const ofWhole = response.status === 200 ? response.headers.get('content-length') : null;
  const said = headers.get('x-linked-size') ?? ofPart ?? ofWhole;
  return said !== null && /^\d+$/.test(said) ? Number(said) : undefined;
}

/** In hex: 64 digits of SHA-256, 40 of git's SHA-1; something else where the Hub says neither. */
function digestSaid({ headers }: HubAnswer): string {
  const tag = headers.get('x-linked-etag') ?? headers.get('etag') ?? '';
  return tag.replace(/^W\//, '').replaceAll('"', '');
}

/** Whether an end that came too early would be noticed: by its digest, its size, or by pieces, of which the last is marked. */
function isCertain(answer: HubAnswer): boolean {
  const { headers } = answer.response;
  return (
    answer.response.body === null ||
    /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digestSaid(answer)) ||
    sizeSaid(answer) !== undefined ||
    headers.get('transfer-encoding') === 'chunked'
  );
}

function tooLarge(what: string, said: number, most: number): string {
  return `${what} has ${said} bytes, more than the ${most} that such a file may have. It was not fetched.`;
}

function tooMuch(what: string, said: number | undefined, most: number): string {
  return said === undefined
    ? `${what} has more than the ${most} bytes that such a file may have, and no size is said of it: it may have no end. It was deleted.`
    : `${what} has more than the ${said} bytes that are said of it. It was deleted; the same command fetches it anew.`;
}

async function digestOf(path: string, algorithm: 'sha256' | 'sha1', before = ''): Promise<string> {
  const hash = createHash(algorithm).update(before);
  // Stryker disable next-line ObjectLiteral: smaller pieces have the same digest
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest('hex');
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
