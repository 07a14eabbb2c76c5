// What is promised of compressed bodies: what zlib has compressed comes back, within its limit, and all of it is counted.
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { Refusal } from '../../../serve/refusal.ts';
import { decompress, encodingsOf } from '../../../serve/upload/decompress.ts';

/** Longer than what is decompressed at a time. */
const long = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i) % 251));
const short = Buffer.from('a picture');

function memory() {
  const counted = { reserved: 0, freed: [] as number[] };
  return {
    counted,
    memory: {
      reserve(bytes: number) {
        counted.reserved += bytes;
      },
      free: (chunks: readonly Uint8Array[]) => counted.freed.push(chunks.length),
      buffer: vi.fn(),
      release: vi.fn(),
    },
  };
}

describe('a header names encodings', () => {
  test.each([
    [undefined, []],
    ['', []],
    ['identity', []],
    ['gzip', ['gzip']],
    [' X-GZIP ,', ['x-gzip']],
    ['identity, Deflate', ['deflate']],
    ['deflate, gzip', ['deflate', 'gzip']],
  ])('%s', (header, names) => {
    expect(encodingsOf(header)).toEqual(names);
  });

  test.each(['br', 'gzip, zstd', 'gzip, gzip, gzip', 'gzip deflate'])('but not %s', (header) => {
    expect(() => encodingsOf(header)).toThrow(
      expect.objectContaining({
        status: 415,
        message: expect.stringContaining(`received ${header}, expected`),
      }),
    );
  });
});

describe('a body', () => {
  test.each<[string[], (bytes: Buffer) => Buffer]>([
    [['gzip'], gzipSync],
    [['x-gzip'], gzipSync],
    [['deflate'], deflateSync],
    [['deflate'], deflateRawSync],
    [['gzip', 'deflate'], (bytes) => deflateSync(gzipSync(bytes))],
  ])('that was compressed by %j is what it was', async (names, compress) => {
    for (const bytes of [short, long]) {
      const { memory: own } = memory();
      const whole = await decompress(compress(bytes), names, 1e6, own);
      expect(whole.equals(bytes)).toBe(true);
    }
  });

  test('of no bytes stays so', async () => {
    expect(await decompress(Buffer.alloc(0), ['gzip'], 9, memory().memory)).toHaveLength(0);
  });

  test('is counted, and what it came in is freed where it was copied', async () => {
    const one = memory();
    await decompress(gzipSync(short), ['gzip'], 1e6, one.memory);
    expect(one.counted).toEqual({ reserved: short.length, freed: [] });
    const several = memory();
    await decompress(gzipSync(long), ['gzip'], 1e6, several.memory);
    expect(several.counted).toEqual({ reserved: long.length, freed: [2] });
  });

  test('may be as long as the limit', async () => {
    const body = gzipSync(long);
    const { memory: own } = memory();
    expect(await decompress(body, ['gzip'], long.length, own)).toHaveLength(long.length);
    await expect(decompress(body, ['gzip'], long.length - 1, own)).rejects.toMatchObject({ status: 413 });
    await expect(
      decompress(gzipSync(Buffer.alloc(3e6)), ['gzip'], 2.3456 * 1024 * 1024, own),
    ).rejects.toThrow('the decompressed body is longer than 2.35 MiB, which is the limit');
  });

  test.each<[string, Buffer, RegExp]>([
    ['gzip', short, /^the body is not gzip: incorrect header check$/],
    ['gzip', gzipSync(short).subarray(0, -3), /^the body is not gzip: unexpected end of file$/],
    ['deflate', Buffer.from('\xff\xff\xff', 'latin1'), /^the body is not deflate: invalid/],
  ])('that is not %s is 400', async (name, body, message) => {
    const refused = decompress(body, [name], 1e6, memory().memory);
    await expect(refused).rejects.toMatchObject({ status: 400, message: expect.stringMatching(message) });
  });

  test('for which there is no memory is refused at once, not tried in another way', async () => {
    const full = new Refusal(503, 'full');
    const reserve = vi.fn(() => {
      throw full;
    });
    const refused = decompress(deflateSync(short), ['deflate'], 1e6, { ...memory().memory, reserve });
    await expect(refused).rejects.toBe(full);
    expect(reserve).toHaveBeenCalledTimes(1);
  });
});
