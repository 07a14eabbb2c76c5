// What is promised of files of very many tiny parts: a header's reader gives up after so many, whatever they are, and sharp
// is not shown the pictures behind the first one; files of fewer parts are what sharp alone makes of them.
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeBySharp } from '../../../../models/image/decode/sharp.ts';
import { Damaged } from '../../../../models/image/file/damaged.ts';
import { firstPicture } from '../../../../models/image/file/first-picture.ts';
import { detectFormat, isDecodable } from '../../../../models/image/file/format.ts';
import { readHeader } from '../../../../models/image/file/header.ts';
import { MOST_PARTS } from '../../../../models/image/file/parts.ts';
import type { PictureHeader } from '../../../../models/image/file/picture-header.ts';
import { countScans } from '../../../../models/image/scans.ts';
import { fileOfParts, tinyParts } from '../../../serve/hostile/tiny-parts.ts';
import { gif } from '../../../serve/pictures.ts';
import { tiffOf } from '../corpus/pages.ts';

function headerOf(bytes: Uint8Array): PictureHeader {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) throw new Error(`it is taken for ${format.name}`);
  return readHeader(bytes, format);
}

/** Kinds whose header does not depend on how many parts there are: they are skipped in one step, or not reached. */
const skipped = [
  'JPEG of junk',
  'JPEG of junk behind',
  'JPEG of fill bytes behind',
  'JPEG of stuffed bytes behind',
  'JPEG of restarts behind',
  'JPEG of scans',
  'GIF of frames',
  'TIFF of pages',
  'TIFF of pages, big',
  'TIFF of pages in a circle',
  'TIFF of further directories',
  'TIFF of a long entry',
];

const limits = {
  JPEG: 'it has more than 65,536 segments: save it anew',
  PNG: /it has more than (65,536 chunks|4 MiB of EXIF): save it anew/,
  WebP: 'it has more than 65,536 chunks: save it anew',
  GIF: 'it has more than 1,048,576 blocks: save it anew',
  TIFF: /its tags have \d+ bytes, and the file has \d+|strips or tiles, expected at most 65,536/,
} as const;

test.each(tinyParts)('a header is read in so many steps: %s', async (kind) => {
  const bytes = await fileOfParts(kind, 6_000_000);
  const read = () => headerOf(bytes);
  if (skipped.includes(kind)) expect(read()).toMatchObject({ orientation: 1 });
  else {
    const format = kind.split(' ')[0] as keyof typeof limits;
    expect(read).toThrow(Damaged);
    expect(read).toThrow(limits[format]);
  }
});

/** The first picture, as sharp decodes it from the whole file. */
async function bySharp(bytes: Uint8Array) {
  const { data, info } = await sharp(bytes, { failOn: 'error' })
    .toColorspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

async function byUs(bytes: Uint8Array) {
  const { data, width, height, channels } = await decodeBySharp(bytes, headerOf(bytes));
  const rgba = await sharp(data, { raw: { width, height, channels } }).ensureAlpha().raw().toBuffer();
  return { width, height, data: new Uint8Array(rgba) };
}

test.each(tinyParts)('a few hundred parts are none too many: %s', async (kind) => {
  const bytes = await fileOfParts(kind, 10_000);
  if (kind === 'TIFF of long entries') return expect(() => headerOf(bytes)).toThrow(Damaged);
  const expected = await bySharp(bytes).catch(() => undefined);
  if (expected === undefined) await expect(byUs(bytes)).rejects.toThrow(Damaged);
  else expect(await byUs(bytes)).toEqual(expected);
});

describe('sharp is shown the first picture', () => {
  test.each([
    ['TIFF of pages', 1],
    ['TIFF of pages, big', 1],
    ['TIFF of pages in a circle', 1],
    ['WebP of frames', 1],
    ['GIF of frames', 4096],
  ] as const)('%s', async (kind, most) => {
    const bytes = await fileOfParts(kind, 100_000);
    const copy = Buffer.from(bytes);
    const shown = firstPicture(bytes, headerOf(bytes));
    expect((await sharp(bytes).metadata()).pages).toBeGreaterThan(500);
    expect((await sharp(shown).metadata()).pages ?? 1).toBe(most);
    expect(Buffer.compare(bytes, copy), 'the file itself stays as it is').toBe(0);
  });

  test('a GIF of up to 4,096 frames is shown as it is', () => {
    const [few, many] = [gif(9, 9, 4096), gif(9, 9, 4097)];
    expect(firstPicture(few, headerOf(few))).toHaveLength(few.length);
    expect(firstPicture(many, headerOf(many))).toHaveLength(few.length);
  });

  test('whatever is behind it', async () => {
    const page = { width: 4, height: 4, orientation: 1, first: true } as const;
    for (const little of [true, false]) {
      const { bytes, starts } = tiffOf({ little, big: false }, [page, page]);
      const expected = await bySharp(bytes);
      bytes.fill(0xff, starts[1]);
      await expect(bySharp(bytes)).rejects.toThrow();
      expect(await byUs(bytes)).toEqual(expected);
    }
  });
});

test('a GIF is read up to its second picture', () => {
  expect(headerOf(gif(1, 1, 600_000))).toMatchObject({ animated: true });
});

test('scans are counted as far as they matter, in so many steps', async () => {
  expect(countScans(await fileOfParts('JPEG of scans', 20))).toBe(11);
  expect(countScans(await fileOfParts('JPEG of scans', 4_000_000))).toBe(MOST_PARTS);
  expect(countScans(Buffer.alloc(3_000_000, 0xda)), 'too many places to look at').toBe(MOST_PARTS);
  expect(countScans(Buffer.alloc(1_000_000, 0xda))).toBe(1);
});
