// Decompresses a body as its `Content-Encoding` says: gzip and deflate, in any spelling, also one after the
// other.
import type { Transform } from 'node:stream';
import { createInflate, createInflateRaw, createUnzip, type ZlibOptions } from 'node:zlib';
import { messageOf } from '../../models/errors.ts';
import { createSemaphore } from '../../models/weighted-semaphore.ts';
import type { RequestMemory } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';
import { concatenate } from './receive.ts';

type OpenDecompressor = (options: ZlibOptions) => Transform;

/**
 * What may have made a body of each encoding; the next one is tried when one fails. deflate is a zlib stream by its
 * specification, and a bare one from some clients. Reference: RFC 9110, section 8.4.1.
 */
const decompressors: ReadonlyMap<string, readonly OpenDecompressor[]> = new Map([
  ['gzip', [createUnzip]],
  ['x-gzip', [createUnzip]],
  ['deflate', [createInflate, createInflateRaw]],
]);

/** Bodies that are decompressed at the same time; others wait. More are not faster, and take memory. */
const inTurn = createSemaphore(2);

/** Bytes that are decompressed at a time, and counted. */
const CHUNK = 64 * 1024;

/** Encodings of one body at most: each is work that a few bytes can ask for. */
const MOST_ENCODINGS = 2;

/**
 * The encodings of a body, in the order in which they were applied. Reference: RFC 9110, section 8.4: names in any case,
 * separated by commas.
 *
 * @param header - the `Content-Encoding` header.
 * @throws Refusal 415 for one that is not known, or too many.
 */
export function encodingsOf(header: string | undefined): string[] {
  const names = (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');
  if (names.length <= MOST_ENCODINGS && names.every((name) => decompressors.has(name))) return names;
  throw new Refusal(
    415,
    `Content-Encoding: received ${header}, expected gzip, deflate or none, ${MOST_ENCODINGS} of them at most`,
  );
}

/**
 * Decompresses a body.
 *
 * @param limit - bytes at most, after each encoding.
 * @throws Refusal 413 when it is longer, 400 when it is not in that encoding, 503 when all requests together hold too much.
 */
export async function decompress(
  body: Buffer,
  names: readonly string[],
  limit: number,
  memory: RequestMemory,
): Promise<Buffer> {
  if (body.length === 0) return body;
  return inTurn(1, async () => {
    let bytes = body;
    for (const name of names.toReversed()) {
      bytes = await decompressOne(bytes, name, limit, memory);
    }
    return bytes;
  });
}

async function decompressOne(
  body: Buffer,
  name: string,
  limit: number,
  memory: RequestMemory,
): Promise<Buffer> {
  let problem: unknown;
  for (const open of decompressors.get(name) ?? []) {
    try {
      return await unpack(open({ chunkSize: CHUNK }), body, limit, memory);
    } catch (error) {
      if (error instanceof Refusal) throw error;
      problem = error;
    }
  }
  throw new Refusal(400, `the body is not ${name}: ${messageOf(problem)}`);
}

/** Counts what comes out while it comes: a few bytes may unpack to any number. */
async function unpack(
  decompressor: Transform,
  body: Buffer,
  limit: number,
  memory: RequestMemory,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  decompressor.end(body);
  for await (const chunk of decompressor) {
    length += chunk.length;
    if (length > limit) {
      const mebibytes = (limit / 1024 / 1024).toLocaleString('en', { maximumFractionDigits: 2 });
      throw new Refusal(413, `the decompressed body is longer than ${mebibytes} MiB, which is the limit`);
    }
    memory.reserve(chunk.length);
    chunks.push(chunk);
  }
  const whole = concatenate(chunks);
  if (chunks.length > 1) memory.free(chunks);
  return whole;
}
