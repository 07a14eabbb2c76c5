// Small files of every format: what their headers say is what sharp says, their pixels are sharp's and Pillow's. Quick, where
// corpus.test.ts is thorough.
import fc from 'fast-check';
import sharp, { type Metadata } from 'sharp';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { flattenAlpha } from '../../../models/image/alpha.ts';
import { decodeBmp } from '../../../models/image/decode/bmp.ts';
import { decodePng } from '../../../models/image/decode/png.ts';
import { decodeBySharp } from '../../../models/image/decode/sharp.ts';
import { asStored } from '../../../models/image/file/as-stored.ts';
import { Damaged } from '../../../models/image/file/damaged.ts';
import { detectFormat, isDecodable } from '../../../models/image/file/format.ts';
import { readHeader } from '../../../models/image/file/header.ts';
import type { PictureHeader } from '../../../models/image/file/picture-header.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { python } from '../../python.ts';
import { pngOf } from '../../serve/pictures.ts';
import { bmps } from './corpus/bmps.ts';
import { exifOf, oddExif, usualExif } from './corpus/exif.ts';
import { gifs } from './corpus/gifs.ts';
import { type CorpusFile, jpegParts, jpegs, segment } from './corpus/jpegs.ts';
import { noisePixels } from './corpus/noise.ts';
import { tiffOf, tiffPages } from './corpus/pages.ts';
import { pngs } from './corpus/pngs.ts';
import { webps } from './corpus/webps.ts';
import { noisePicture } from './pictures.ts';

const sample = (files: fc.Arbitrary<CorpusFile>, numRuns: number) => fc.sample(files, { numRuns, seed: 5 });

function headerOf(bytes: Uint8Array): PictureHeader {
  const format = detectFormat(bytes);
  if (!isDecodable(format)) throw new Error(`it is taken for ${format.name}`);
  return readHeader(bytes, format);
}

/** What sharp reads of a header; undefined where it refuses the file. */
const metadataOf = (bytes: Uint8Array): Promise<Metadata | undefined> =>
  sharp(bytes)
    .metadata()
    .catch(() => undefined);

const colors: Readonly<Record<string, PictureHeader['color']>> = {
  srgb: 'RGB',
  rgb16: 'RGB',
  'b-w': 'gray',
  grey16: 'gray',
  cmyk: 'CMYK',
};

/** The parts of a header of which sharp has its own reading. */
function told({ width, height, orientation = 1, space, isPalette, hasAlpha }: Metadata) {
  return { width, height, orientation, color: isPalette ? 'palette' : colors[space], alpha: hasAlpha };
}

describe('the header is that of sharp', () => {
  test('JPEG', async () => {
    let plain = 0;
    for (const { what, bytes } of sample(jpegs(jpegParts()), 150)) {
      const theirs = await metadataOf(bytes);
      if (theirs === undefined) continue;
      const header = headerOf(bytes);
      expect(header, what).toMatchObject({ ...told(theirs), animated: false });
      const [kind = ''] = what.split(',');
      expect(header.bits, what).toBe(kind === '12 bits' ? 12 : 8);
      if (header.plain) plain++;
      if (/^(CMYK|YCCK|arithmetic|lossless|12 bits)/.test(kind)) expect(header.plain, what).toBe(false);
    }
    expect(plain).toBeGreaterThan(75);
  });

  test('PNG', async () => {
    for (const { what, bytes } of sample(pngs, 200)) {
      const theirs = await metadataOf(bytes);
      if (theirs === undefined) continue;
      const header = headerOf(bytes);
      expect(header, what).toMatchObject({ ...told(theirs), bits: theirs.bitsPerSample });
      expect(header.animated, what).toBe(what.includes('acTL'));
      const special = /"depth":16|"interlaced":true|acTL|"transparency":[1-4]/.test(
        what.replace(/"color":[46].*/, (rest) => rest.replace(/"transparency":[1-4]/, '')),
      );
      if (special) expect(header.plain, what).toBe(false);
      else if (/^nothing/.test(what)) expect(header.plain, what).toBe(true);
    }
  });

  test('WebP', async () => {
    for (const { what, bytes } of sample(await webps(), 150)) {
      const theirs = await metadataOf(bytes);
      if (theirs === undefined) continue;
      expect(headerOf(bytes), what).toMatchObject({
        ...{ ...told(theirs), animated: (theirs.pages ?? 1) > 1, plain: false, bits: 8 },
      });
    }
  });

  test('GIF, but for a canvas that libnsgif cuts, and the alpha of frames behind the first one', async () => {
    for (const { what, bytes } of sample(gifs, 150)) {
      const theirs = await metadataOf(bytes);
      if (theirs === undefined) continue;
      const header = headerOf(bytes);
      const { width, height, alpha, ...rest } = told(theirs);
      expect(header, what).toMatchObject({ ...rest, plain: false });
      if (!what.startsWith('cut')) expect(header.animated, what).toBe((theirs.pages ?? 1) > 1);
      if (!what.includes('640')) expect([header.width, header.height], what).toEqual([width, height]);
      if (!header.animated && what.includes('"x":0,"y":0')) expect(header.alpha && alpha).toBe(header.alpha);
    }
  });

  test('TIFF of several pages, in each byte order, classic and big', async () => {
    for (const { what, bytes, aside } of sample(tiffPages, 80)) {
      const theirs = await metadataOf(bytes);
      if (theirs === undefined) continue;
      const header = headerOf(bytes);
      expect(header, what).toMatchObject({ ...told(theirs), bits: 8, plain: false });
      // Of pages that lead back to the first one, sharp counts none.
      if (aside === undefined)
        expect(header.animated, what).toBe(what.includes('circle') || (theirs.pages ?? 1) > 1);
    }
  });
});

describe('TIFFs as Pillow writes them', () => {
  const script = `
import base64, io, json
from PIL import Image
image = Image.new("RGB", (5, 3), "red")
out = {}
for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"):
    buffer = io.BytesIO()
    (image.convert("L") if mode == "I;16" else image).convert(mode).save(buffer, "TIFF")
    out[mode] = base64.b64encode(buffer.getvalue()).decode()
print(json.dumps(out))
`;
  let files: Record<string, string>;
  beforeAll(() => {
    files = JSON.parse(python(script));
  });

  it.each<[string, PictureHeader['color'], number, boolean]>([
    ['1', 'gray', 1, false],
    ['L', 'gray', 8, false],
    ['LA', 'gray', 8, true],
    ['P', 'palette', 8, false],
    ['RGB', 'RGB', 8, false],
    ['RGBA', 'RGB', 8, true],
    ['CMYK', 'CMYK', 8, false],
    ['I;16', 'gray', 16, false],
  ])('%s is %s of %d bits', async (mode, color, bits, alpha) => {
    const bytes = Buffer.from(files[mode] ?? '', 'base64');
    const { width, height } = await sharp(bytes).metadata();
    expect(headerOf(bytes)).toEqual({
      ...{ format: 'TIFF', width, height, orientation: 1, bits, color, alpha, animated: false, plain: false },
    });
  });
});

test('an orientation is read as libexif reads it, in whatever form, and wherever it is cut', async () => {
  const pixel = sharp({ create: { width: 2, height: 3, channels: 3, background: 'red' } });
  const jpeg = await pixel.jpeg().toBuffer();
  const shapes = [
    ...fc.sample(usualExif, { numRuns: 30, seed: 5 }),
    // Of a rational number, libvips takes the numerator.
    ...fc.sample(oddExif, { numRuns: 300, seed: 5 }).filter(({ type }) => type !== 5),
  ];
  // Of entries that the directory does not count, none is read.
  for (const shape of fc.sample(usualExif, { numRuns: 20, seed: 6 })) shapes.push({ ...shape, surplus: -1 });
  const blocks = shapes.map((shape) => ({ what: JSON.stringify(shape), tiff: exifOf(shape) }));
  const [whole = { what: '', tiff: Buffer.alloc(0) }] = blocks;
  for (let length = 0; length < whole.tiff.length; length++)
    blocks.push({ what: `${length} bytes of ${whole.what}`, tiff: whole.tiff.subarray(0, length) });
  let turned = 0;
  for (const { what, tiff } of blocks) {
    const app1 = segment(0xe1, Buffer.from('Exif\0\0'), tiff);
    const bytes = Buffer.concat([jpeg.subarray(0, 2), app1, jpeg.subarray(2)]);
    const { orientation = 1 } = await sharp(bytes).metadata();
    expect(headerOf(bytes).orientation, what).toBe(orientation);
    if (orientation > 1) turned++;
  }
  expect(turned).toBeGreaterThan(60);
});

/** A picture on white as RGB, or that it is refused. */
function shown(read: () => Picture): string {
  try {
    const { data, width, height, channels } = flattenAlpha(read());
    const at = (i: number, c: number) => data[i * channels + (channels === 1 ? 0 : c)] ?? 0;
    const rgb = Buffer.from(
      Array.from({ length: width * height }, (_, i) => [at(i, 0), at(i, 1), at(i, 2)]).flat(),
    );
    return `${width}x${height} ${rgb.toString('base64')}`;
  } catch (error) {
    if (error instanceof Damaged) return 'refused';
    throw error;
  }
}

async function bySharp(bytes: Uint8Array): Promise<Picture> {
  const raw = sharp(bytes, { failOn: 'error' }).toColorspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels === 4 ? 4 : 3 };
}

test('a plain PNG has the pixels of sharp, or is left to it', async () => {
  let [read, refused] = [0, 0];
  for (const { what, bytes } of sample(pngs, 700)) {
    if (!headerOf(bytes).plain) continue;
    const ours = shown(() => decodePng(bytes));
    const theirs = await bySharp(bytes).catch(() => undefined);
    if (ours === 'refused') refused++;
    else {
      read++;
      expect(ours, what).toBe(theirs && shown(() => theirs));
    }
    if (/^nothing/.test(what)) expect(ours, what).not.toBe('refused');
  }
  expect(read).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(5);
});

test('each filter of a PNG adds to whatever is there, and there are five', async () => {
  const [width, height] = [61, 90];
  const rows = Buffer.from(noisePicture(1, width + 1, height, 1).data);
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = y % 6 === 5 ? 4 : y % 6;
  const bytes = pngOf({ width, height, rows });
  const theirs = await bySharp(bytes);
  expect(shown(() => decodePng(bytes))).toBe(shown(() => theirs));
  rows[0] = 5;
  expect(shown(() => decodePng(pngOf({ width, height, rows })))).toBe('refused');
});

test('a BMP has the pixels of Pillow', () => {
  const files = sample(bmps, 250);
  const script = `
import base64, io, json, sys
from PIL import Image
def shown(data):
    try:
        rgba = Image.open(io.BytesIO(base64.b64decode(data))).convert('RGBA')
        rgb = Image.alpha_composite(Image.new('RGBA', rgba.size, 'white'), rgba).convert('RGB')
        return f'{rgb.width}x{rgb.height} ' + base64.b64encode(rgb.tobytes()).decode()
    except Exception: return 'refused'
print(json.dumps([shown(data) for data in json.load(sys.stdin)]))
`;
  const asked = JSON.stringify(files.map(({ bytes }) => bytes.toString('base64')));
  const theirs: string[] = JSON.parse(python(script, [], Buffer.from(asked)));
  let read = 0;
  for (const [i, { what, bytes, aside }] of files.entries()) {
    const ours = shown(() => decodeBmp(bytes));
    if (aside === undefined) expect(ours, what).toBe(theirs[i]);
    if (ours !== 'refused') read++;
    const kind = JSON.parse(what).kind;
    expect(headerOf(bytes), what).toMatchObject({
      ...{ format: 'BMP', width: 13, height: 9, orientation: 1, animated: false, plain: true, bits: 8 },
      color: kind.bits > 8 ? 'RGB' : 'palette',
    });
  }
  expect(read).toBeGreaterThan(150);
});

test('a decoder asks whether to go on, every 64 rows', async () => {
  const asked = (decode: (check: () => void) => unknown) => {
    let n = 0;
    decode(() => void n++);
    return n;
  };
  const tall = sharp(noisePixels(3, 129, 1), { raw: { width: 3, height: 129, channels: 1 } });
  const png = await tall.clone().toColorspace('b-w').png().toBuffer();
  expect(asked((check) => decodePng(png, check))).toBe(5);
  const [bmp] = sample(bmps, 1);
  expect(asked((check) => decodeBmp(bmp?.bytes ?? Buffer.alloc(0), check))).toBe(1);
});

describe('as it is stored', () => {
  const [width, height] = [5, 4];
  const pixels = sharp(noisePixels(width, height, 3), { raw: { width, height, channels: 3 } });

  it.each(['jpeg', 'png', 'webp'] as const)('a %s has its pixels and no orientation', async (format) => {
    for (const orientation of [1, 6]) {
      const file = await pixels.clone().withMetadata({ orientation }).toFormat(format).toBuffer();
      const { format: name } = headerOf(file);
      if (name !== 'JPEG' && name !== 'PNG' && name !== 'WebP') throw new Error(`it is ${name}`);
      const copy = Buffer.from(file);
      const stored = Buffer.concat(asStored(file, name));
      expect(file).toEqual(copy);
      expect((await sharp(stored).metadata()).orientation).toBeUndefined();
      expect(await bySharp(stored)).toEqual(await bySharp(file));
      // A view of a larger buffer, as parts of a body are.
      const view = Buffer.concat([Buffer.alloc(7), file]).subarray(7);
      expect(Buffer.concat(asStored(view, name))).toEqual(stored);
    }
  });

  it('a PNG has lost what only browsers apply, and nothing else', async () => {
    for (const { what, bytes } of sample(pngs, 100)) {
      const stored = Buffer.concat(asStored(bytes, 'PNG'));
      const names = (file: Buffer) =>
        file.toString('latin1').match(/eXIf|gAMA|cHRM|acTL|sRGB|pHYs|tEXt|bKGD|sBIT|IDAT|PLTE|tRNS/g) ?? [];
      const kept = names(bytes).filter((name) => !/eXIf|gAMA|cHRM|acTL/.test(name));
      expect(names(stored), what).toEqual(kept);
    }
  });

  it('a JPEG with other segments keeps them, and a file without EXIF is the same', async () => {
    for (const { what, bytes } of sample(jpegs(jpegParts()), 60)) {
      if ((await metadataOf(bytes)) === undefined) continue;
      const parts = asStored(bytes, 'JPEG');
      const stored = Buffer.concat(parts);
      if (!what.includes('a second picture')) expect(stored.includes('Exif'), what).toBe(false);
      expect(stored.includes('xap'), what).toBe(bytes.includes('xap'));
      if (!bytes.includes('Exif')) expect(stored.equals(bytes), what).toBe(true);
      const [one, other] = await Promise.all(
        [stored, bytes].map((each) => bySharp(each).catch(() => 'refused')),
      );
      expect(one, what).toEqual(other);
    }
  });
});

describe('sharp decodes the first picture alone, upright, as it is told', () => {
  const page = { width: 4, height: 3, first: true } as const;
  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)('with orientation %d', async (orientation) => {
    for (const little of [true, false]) {
      const { bytes } = tiffOf({ little, big: false }, [
        { ...page, orientation },
        { ...page, orientation: 1 },
      ]);
      const upright = sharp(bytes).autoOrient().toColorspace('srgb').raw();
      const { data, info } = await upright.toBuffer({ resolveWithObject: true });
      const ours = await decodeBySharp(bytes, headerOf(bytes));
      expect([ours.width, ours.height]).toEqual([info.width, info.height]);
      expect(Buffer.from(ours.data)).toEqual(data);
    }
  });
});
