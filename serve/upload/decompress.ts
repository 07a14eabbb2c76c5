// Decompresses a body as its `Content-Encoding` says: gzip and deflate, in any spelling, also one after the
// other.
import { promisify } from 'node:util';
import { inflate, inflateRaw, unzip } from 'node:zlib';
import { messageOf } from '../../models/errors.ts';
import type { RequestMemory } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';

type Decompress = (body: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;

/** deflate is a zlib stream by its specification, and a bare one from some clients. Reference: RFC 9110, section 8.4.1. */
const inflateAny: Decompress = async (body, options) => {
  try {
    return await promisify(inflate)(body, options);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return promisify(inflateRaw)(body, options);
  }
};

const decompressors: ReadonlyMap<string, Decompress> = new Map<string, Decompress>([
  ['gzip', promisify(unzip)],
  ['x-gzip', promisify(unzip)],
  ['deflate', inflateAny],
]);

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
  let bytes = body;
  if (bytes.length === 0) return bytes;
  for (const name of names.toReversed()) {
    try {
      bytes = (await decompressors.get(name)?.(bytes, { maxOutputLength: limit })) ?? bytes;
    } catch (error) {
      if (!(error instanceof RangeError))
        throw new Refusal(400, `the body is not ${name}: ${messageOf(error)}`);
      countDiscarded(limit, memory);
      const mebibytes = (limit / 1024 / 1024).toLocaleString('en', { maximumFractionDigits: 2 });
      throw new Refusal(413, `the decompressed body is longer than ${mebibytes} MiB, which is the limit`);
    }
    memory.reserve(bytes.length);
  }
  return bytes;
}

/** What was unpacked until the limit was reached is garbage, which is collected soon only where it is counted. */
function countDiscarded(bytes: number, memory: RequestMemory): void {
  try {
    memory.reserve(bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}
