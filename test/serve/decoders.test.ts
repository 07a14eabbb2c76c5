// What is promised of our own decoders: the bytes of sharp and of Pillow, for plain files however odd; all else is sharp's.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { orient } from '../../models/image/orient.ts';
import type { Picture } from '../../models/image/picture.ts';
import { readHeader, secureDecoders } from '../../serve/decode/decode.ts';
import { readPlainHeader } from '../../serve/decode/header.ts';
import { openJpegDecoder } from '../../serve/decode/jpeg.ts';
import { decodePng } from '../../serve/decode/png.ts';
import { createTurns } from '../../serve/decode/turns.ts';
import { python } from '../python.ts';
import { temporaryFolder } from './harness.ts';
import { busyPixels } from './pictures.ts';

const [width, height] = [53, 38];
const raw = (channels: 1 | 3 | 4 = 3) =>
  sharp(busyPixels(width, height * 2).slice(0, width * height * channels), {
    raw: { width, height, channels },
  });

/** Files that go to sharp: none of our decoders may take them for plain. */
const special = ['cmyk.jpg', 'deep.png', 'interlaced.png', 'profile.jpg', 'transparent-colour.png'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: string[];
/** What Pillow makes of them. */
let pillow: Record<string, { size: [number, number]; digest: string }>;

beforeAll(async () => {
  folder = await temporaryFolder();
  const deep = Uint16Array.from({ length: 12 }, (_, i) => i * 5000);
  const pictures: Record<string, Sharp> = {
    'plain.jpg': raw().jpeg({ quality: 80 }),
    'full-colour.jpg': raw().jpeg({ chromaSubsampling: '4:4:4' }),
    'progressive.jpg': raw().jpeg({ progressive: true, quality: 95 }),
    'cmyk.jpg': raw().toColourspace('cmyk').jpeg(),
    'profile.jpg': raw().withIccProfile('srgb').jpeg(),
    'grey.png': raw(1).toColourspace('b-w').png(),
    'filters.png': raw().png({ adaptiveFiltering: true }),
    'alpha.png': raw(4).png({ adaptiveFiltering: true }),
    'palette.png': raw().png({ palette: true, colours: 16 }),
    'deep.png': sharp(deep, { raw: { width: 2, height: 2, channels: 3 } })
      .toColourspace('rgb16')
      .png(),
    'interlaced.png': raw().png({ progressive: true }),
    'transparent-colour.png': raw(4).png({ palette: true }),
  };
  for (const [name, picture] of Object.entries(pictures))
    writeFileSync(join(folder.path, name), await picture.toBuffer());
  const script = readFileSync(new URL('./decoders.py', import.meta.url), 'utf8');
  pillow = JSON.parse(python(script, [folder.path]));
  files = readdirSync(folder.path).sort();
  secureDecoders();
});
afterAll(() => folder.remove());

const open = (name: string) => readFileSync(join(folder.path, name));

/** Size and digest of a picture as RGBA. */
function shown({ data, width, height, channels }: Picture) {
  const rgba = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    const pixel = data.subarray(i * channels, (i + 1) * channels);
    rgba.set(channels === 1 ? new Uint8Array(3).fill(pixel[0] ?? 0) : pixel, i * 4);
  }
  return { size: [width, height], digest: createHash('sha256').update(rgba).digest('hex') };
}

async function bySharp(name: string) {
  return shown(await (await readHeader(open(name), 1_000_000)).decode());
}

test('what is not plain is left to sharp, and only that', () => {
  expect(files.filter((name) => readPlainHeader(open(name)) === undefined)).toEqual(special);
});

test('plain files give the bytes of sharp and of Pillow', async () => {
  const decodeJpeg = openJpegDecoder(createTurns());
  if (decodeJpeg === undefined) throw new Error('sharp has brought no libvips');
  for (const name of files) {
    const bytes = open(name);
    const header = readPlainHeader(bytes);
    if (header === undefined) continue;
    const ours =
      header.format === 'PNG'
        ? shown(decodePng(bytes))
        : decodeJpeg(bytes, 1, (picture) => shown(orient(picture, header.orientation)));
    expect(ours, name).toEqual(await bySharp(name));
    expect(ours, name).toEqual(pillow[name]);
  }
});

test('and so do those that sharp decodes, but for CMYK, of which each has its own idea', async () => {
  for (const name of special)
    if (name !== 'cmyk.jpg') expect(await bySharp(name), name).toEqual(pillow[name]);
});
