// What is promised of our own decoders: the bytes of sharp and of Pillow, for plain files however odd; all else is sharp's.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openJpegDecoder, type Shrink } from '../../../models/image/decode/jpeg.ts';
import { decodePng } from '../../../models/image/decode/png.ts';
import { Damaged } from '../../../models/image/file/damaged.ts';
import type { PictureHeader } from '../../../models/image/file/picture-header.ts';
import { orient } from '../../../models/image/orient.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { secureDecoders } from '../../../serve/decode/decode.ts';
import { checkHeader } from '../../../serve/decode/header.ts';
import { turbojpegPath } from '../../../setup/libraries/turbojpeg.mjs';
import { python } from '../../python.ts';
import { temporaryFolder } from '../harness.ts';
import { busyPixels } from '../pictures.ts';
import { decodeUpload } from './decode-upload.ts';

const [width, height] = [53, 38];
const raw = (channels: 1 | 3 | 4 = 3) =>
  sharp(busyPixels(width, height * 2).slice(0, width * height * channels), {
    raw: { width, height, channels },
  });

/** Files that go to sharp: none of our decoders may take them for plain. */
const special = ['cmyk.jpg', 'deep.png', 'interlaced.png', 'profile.jpg', 'transparent-color.png'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let files: string[];
interface Shown {
  size: [number, number];
  digest: string;
}
/** What Pillow makes of them: whole, and JPEGs of at most so many times the size. */
let pillow: { whole: Record<string, Shown>; small: Record<string, Record<Shrink, Shown>> };

const decodeJpeg = openJpegDecoder(turbojpegPath());

beforeAll(async () => {
  folder = await temporaryFolder();
  const deep = Uint16Array.from({ length: 12 }, (_, i) => i * 5000);
  const pictures: Record<string, Sharp> = {
    'plain.jpg': raw().jpeg({ quality: 80 }),
    'full-color.jpg': raw().jpeg({ chromaSubsampling: '4:4:4' }),
    'progressive.jpg': raw().jpeg({ progressive: true, quality: 95 }),
    'cmyk.jpg': raw().toColorspace('cmyk').jpeg(),
    'profile.jpg': raw().withIccProfile('srgb').jpeg(),
    'gray.png': raw(1).toColorspace('b-w').png(),
    'filters.png': raw().png({ adaptiveFiltering: true }),
    'alpha.png': raw(4).png({ adaptiveFiltering: true }),
    'palette.png': raw().png({ palette: true, colors: 16 }),
    'deep.png': sharp(deep, { raw: { width: 2, height: 2, channels: 3 } })
      .toColorspace('rgb16')
      .png(),
    'interlaced.png': raw().png({ progressive: true }),
    'transparent-color.png': raw(4).png({ palette: true }),
  };
  for (const [name, picture] of Object.entries(pictures))
    writeFileSync(join(folder.path, name), await picture.toBuffer());
  const script = readFileSync(new URL('./decoders.py', import.meta.url), 'utf8');
  pillow = JSON.parse(python(script, [folder.path]));
  files = readdirSync(folder.path).sort();
  await secureDecoders();
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
  return shown(await decodeUpload(open(name)));
}

function byJpegDecoder(bytes: Uint8Array, header: PictureHeader, shrink: Shrink = 1) {
  return decodeJpeg(bytes, header, shrink, (picture) => shown(orient(picture, header.orientation)));
}

const headerOf = (bytes: Uint8Array) => checkHeader(bytes, { pixels: 1e6, jpegs: true });

/** The header of a file that is known to be plain. */
function plainHeader(bytes: Uint8Array): PictureHeader {
  const header = headerOf(bytes);
  if (!header.plain) throw new Error('it is not plain');
  return header;
}

test('what is not plain is left to sharp, and only that', () => {
  expect(files.filter((name) => !headerOf(open(name)).plain)).toEqual(special);
});

test('plain files give the bytes of sharp and of Pillow', async () => {
  for (const name of files) {
    const bytes = open(name);
    const header = headerOf(bytes);
    if (!header.plain) continue;
    const ours = header.format === 'PNG' ? shown(decodePng(bytes)) : byJpegDecoder(bytes, header);
    expect(ours, name).toEqual(await bySharp(name));
    expect(ours, name).toEqual(pillow.whole[name]);
  }
});

test('and so do those that sharp decodes, but for CMYK, of which each has its own idea', async () => {
  for (const name of special)
    if (name !== 'cmyk.jpg') expect(await bySharp(name), name).toEqual(pillow.whole[name]);
});

test('JPEGs shrunk while they are decoded give the bytes of Pillow’s draft mode', () => {
  const shrunk = Object.entries(pillow.small).filter(([name]) => !special.includes(name));
  expect(shrunk.length).toBeGreaterThan(10);
  for (const [name, expected] of shrunk) {
    const bytes = open(name);
    for (const by of [2, 4, 8] as const)
      expect(byJpegDecoder(bytes, plainHeader(bytes), by), `${name}, 1/${by}`).toEqual(expected[by]);
  }
});

describe('damaged JPEGs', () => {
  const plain = ['plain.jpg', 'progressive.jpg', 'gray.jpg'];

  test('that end early are refused, wherever they end', () => {
    for (const name of plain) {
      const bytes = open(name);
      const header = plainHeader(bytes);
      for (let length = bytes.length - 1; length > 300; length -= 7)
        expect(() => byJpegDecoder(bytes.subarray(0, length), header), `${name} to ${length}`).toThrow(
          Damaged,
        );
    }
  });

  test('are not saved by the end of a thumbnail', () => {
    const thumbnail = new Uint8Array(open('plain.jpg'));
    const bytes = open('full-color.jpg');
    const app5 = Buffer.concat([Buffer.of(0xff, 0xe5, 0, 0), thumbnail]);
    app5.writeUInt16BE(thumbnail.length + 2, 2);
    const whole = Buffer.concat([bytes.subarray(0, 2), app5, bytes.subarray(2)]);
    expect(byJpegDecoder(whole, plainHeader(whole))).toEqual(pillow.whole['full-color.jpg']);
    const early = whole.subarray(0, whole.length - 100);
    expect(() => byJpegDecoder(early, plainHeader(early))).toThrow(Damaged);
  });

  test('with other bytes inside the data are left to sharp, or give what sharp gives', async () => {
    let left = 0;
    for (const name of ['plain.jpg', 'gray.jpg']) {
      const header = plainHeader(open(name));
      const start = open(name).indexOf(Buffer.of(0xff, 0xda)) + 16;
      for (let seed = 1; seed <= 40; seed++) {
        const bytes = open(name);
        for (let k = 0; k < 3; k++) {
          const at = start + ((seed * 7919 + k * 104_729) % (bytes.length - start - 4));
          bytes[at] = (seed * 31 + k * 57) % 255; // no 255: that begins a marker
        }
        try {
          const ours = byJpegDecoder(bytes, header);
          expect(ours, `${name}, ${seed}`).toEqual(shown(await decodeUpload(bytes)));
        } catch (error) {
          expect(error, `${name}, ${seed}`).toBeInstanceOf(Damaged);
          left++;
        }
      }
    }
    expect(left).toBeLessThan(80); // of 80
  });

  test('change nothing for the next picture', () => {
    const bytes = open('plain.jpg');
    const header = plainHeader(bytes);
    const bad = Buffer.from(bytes);
    const table = bad.indexOf(Buffer.of(0xff, 0xc4));
    bad.fill(0xee, table + 5, table + 21); // more codes than there can be
    expect(() => byJpegDecoder(bad, header)).toThrow(Damaged);
    expect(byJpegDecoder(bytes, header)).toEqual(pillow.whole['plain.jpg']);
  });
});

test('a JPEG does not get the tables of the one before', async () => {
  const optimized = await raw().jpeg({ optimizeCoding: true, quality: 60 }).toBuffer();
  byJpegDecoder(optimized, plainHeader(optimized));
  const bare = withoutHuffmanTables(optimized);
  expect(() => byJpegDecoder(bare, plainHeader(bare))).toThrow(Damaged);
});

function withoutHuffmanTables(jpeg: Buffer): Buffer {
  const parts = [jpeg.subarray(0, 2)];
  let at = 2;
  for (; jpeg[at + 1] !== 0xda; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (jpeg[at + 1] !== 0xc4) parts.push(jpeg.subarray(at, at + 2 + jpeg.readUInt16BE(at + 2)));
  }
  return Buffer.concat([...parts, jpeg.subarray(at)]);
}

test('a JPEG of RGB, which Adobe’s segment says, gives the bytes of sharp', async () => {
  const bytes = open('full-color.jpg');
  const adobe = Buffer.concat([Buffer.of(0xff, 0xee, 0, 14), Buffer.from('Adobe\0d\0\0\0\0\0', 'latin1')]);
  const rgb = Buffer.concat([bytes.subarray(0, 2), adobe, bytes.subarray(2)]);
  const theirs = shown(await decodeUpload(rgb));
  expect(theirs).not.toEqual(await bySharp('full-color.jpg'));
  expect(byJpegDecoder(rgb, plainHeader(rgb))).toEqual(theirs);
});

test('a JPEG whose size can be read in two ways is refused before there is room made for it', () => {
  const bytes = open('plain.jpg');
  const header = plainHeader(bytes);
  expect(() => byJpegDecoder(bytes, { ...header, width: header.width + 1 })).toThrow(
    new Damaged('its header can be read as 54x38 and 53x38'),
  );
  // A marker without a length, which would hide what follows from who takes it for one that has a length.
  const hiding = Buffer.concat([bytes.subarray(0, 2), Buffer.of(0xff, 0xd0, 0, 4), bytes.subarray(2)]);
  expect(headerOf(hiding).plain).toBe(false);
});
