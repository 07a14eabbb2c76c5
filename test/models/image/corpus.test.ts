// One file, one picture: for files of every kind, whole, odd and damaged, training and the server give the same pixels or
// both refuse, and those are sharp's own, and Pillow's. The reasons for which Pillow may differ are in the corpus.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { flattenAlpha } from '../../../models/image/alpha.ts';
import { decodeBmp } from '../../../models/image/decode/bmp.ts';
import { decodePicture } from '../../../models/image/decode/decode.ts';
import { openJpegDecoder } from '../../../models/image/decode/jpeg.ts';
import { decodePng } from '../../../models/image/decode/png.ts';
import { decodeBySharp } from '../../../models/image/decode/sharp.ts';
import { Damaged } from '../../../models/image/file/damaged.ts';
import { detectFormat, isDecodable } from '../../../models/image/file/format.ts';
import { readHeader } from '../../../models/image/file/header.ts';
import type { PictureHeader } from '../../../models/image/file/picture-header.ts';
import { orient } from '../../../models/image/orient.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { turbojpegPath } from '../../../setup/libraries/turbojpeg.mjs';
import { python } from '../../python.ts';
import { bmps } from './corpus/bmps.ts';
import { gifs } from './corpus/gifs.ts';
import { type CorpusFile, jpegParts, jpegs } from './corpus/jpegs.ts';
import { pngs } from './corpus/pngs.ts';
import { tiffs } from './corpus/tiffs.ts';
import { webps } from './corpus/webps.ts';

/** Another one makes another corpus: SEED=7 npx vitest run test/models/image/corpus.test.ts */
const SEED = Number(process.env.SEED ?? 1);
const FILES = Number(process.env.FILES ?? 120);

const pillowScript = readFileSync(new URL('./corpus/pillow.py', import.meta.url), 'utf8');
const decodeJpeg = openJpegDecoder(turbojpegPath());

/** What a reader makes of a file: the size and the digest of the pixels on white, or that it refuses. */
type Outcome = string;
const REFUSED = 'refused';

function shown(picture: Picture): Outcome {
  const { data, width, height, channels } = flattenAlpha(picture);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) rgb[i * 3 + c] = data[i * channels + (channels === 1 ? 0 : c)] ?? 0;
  return `${width},${height} ${createHash('sha256').update(rgb).digest('hex')}`;
}

async function outcomeOf(read: () => Picture | Promise<Picture>): Promise<Outcome> {
  try {
    return shown(await read());
  } catch (error) {
    if (error instanceof Damaged) return REFUSED;
    throw error; // a bug
  }
}

function headerOf(bytes: Uint8Array): PictureHeader {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) throw new Error(`it is taken for ${format.name}`);
  return readHeader(bytes, format);
}

/** As the server does: by a worker's decoder, and what that gives up by sharp. */
async function byServer(bytes: Uint8Array): Promise<Picture> {
  const header = headerOf(bytes);
  const { format, plain, orientation } = header;
  try {
    if (format === 'BMP') return decodeBmp(bytes);
    if (plain && format === 'PNG') return orient(decodePng(bytes), orientation);
    if (plain)
      return decodeJpeg(bytes, header, 1, ({ data, ...rest }) =>
        orient({ ...rest, data: data.slice() }, orientation),
      );
  } catch (error) {
    if (!(error instanceof Damaged) || format === 'BMP') throw error;
  }
  return decodeBySharp(bytes, header);
}

/** By sharp alone, its own reader of EXIF included. */
async function bySharp(bytes: Uint8Array): Promise<Picture> {
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error' })
      .autoOrient()
      .toColorspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, channels: info.channels === 3 ? 3 : 4 };
  } catch {
    throw new Damaged('sharp refuses it');
  }
}

/** What Pillow makes of files, in their order. */
function byPillow(files: readonly CorpusFile[]): Outcome[] {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-corpus-'));
  try {
    for (const [i, { bytes }] of files.entries()) writeFileSync(join(folder, String(i)), bytes);
    const all: Record<string, { size?: number[]; digest?: string }> = JSON.parse(
      python(pillowScript, [folder]),
    );
    return files.map((_, i) => (all[i]?.size === undefined ? REFUSED : `${all[i].size} ${all[i].digest}`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The parts of a header of which sharp has its own reading. */
async function checkSize(bytes: Uint8Array, what: string): Promise<void> {
  const theirs = await sharp(bytes)
    .metadata()
    .catch(() => undefined);
  if (theirs === undefined) return;
  const { width, height, orientation, color, alpha } = headerOf(bytes);
  expect({ width, height, orientation, cmyk: color === 'CMYK', alpha }, what).toEqual({
    width: theirs.width,
    height: theirs.height,
    orientation: theirs.orientation ?? 1,
    cmyk: theirs.space === 'cmyk',
    alpha: theirs.hasAlpha,
  });
}

const kinds: readonly [
  name: string,
  make: () => fc.Arbitrary<CorpusFile> | Promise<fc.Arbitrary<CorpusFile>>,
][] = [
  ['JPEG', () => jpegs(jpegParts())],
  ['PNG', () => pngs],
  ['WebP', webps],
  ['GIF', () => gifs],
  ['TIFF', tiffs],
  ['BMP', () => bmps],
];

test.each(kinds)('%s', async (name, make) => {
  const files = fc.sample(await make(), { numRuns: FILES, seed: SEED });
  const pillow = byPillow(files);
  let [read, compared] = [0, 0];
  for (const [i, { what, bytes, aside }] of files.entries()) {
    const label = `seed ${SEED}, file ${i}: ${what}`;
    const server = await outcomeOf(() => byServer(bytes));
    expect(await outcomeOf(() => decodePicture(bytes, headerOf(bytes))), `training, ${label}`).toBe(server);
    if (name !== 'BMP' && name !== 'GIF') {
      expect(server, `sharp, ${label}`).toBe(await outcomeOf(() => bySharp(bytes)));
      await checkSize(bytes, label);
    }
    if (aside === undefined) expect(server, `Pillow, ${label}`).toBe(pillow[i]);
    if (server !== REFUSED) read++;
    if (aside === undefined && server !== REFUSED) compared++;
  }
  // A corpus that nobody reads would hold nothing.
  expect(read).toBeGreaterThan(FILES / 2);
  expect(compared).toBeGreaterThan(FILES / 12);
});
