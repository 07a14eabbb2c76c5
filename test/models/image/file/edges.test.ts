// What is promised of headers at their edges: a file that is cut anywhere has its size or is refused, a size of nothing is
// none, and what only looks like an orientation, a frame or transparency is none. sharp says what is right.
import sharp, { type Metadata } from 'sharp';
import { describe, expect, it, test } from 'vitest';
import { decodePng } from '../../../../models/image/decode/png.ts';
import { decodeBySharp } from '../../../../models/image/decode/sharp.ts';
import { asStored } from '../../../../models/image/file/as-stored.ts';
import { Damaged } from '../../../../models/image/file/damaged.ts';
import { firstPicture } from '../../../../models/image/file/first-picture.ts';
import {
  type Decodable,
  decodable,
  decodableInWords,
  detectFormat,
} from '../../../../models/image/file/format.ts';
import { readHeader } from '../../../../models/image/file/header.ts';
import type { PictureHeader } from '../../../../models/image/file/picture-header.ts';
import { MOST_PIXELS } from '../../../../models/image/picture.ts';
import { gif, jpegClaiming, pngChunk, pngClaiming, pngOf } from '../../../serve/pictures.ts';
import { exifOf } from '../corpus/exif.ts';
import { segment } from '../corpus/jpegs.ts';
import { tiffOf } from '../corpus/pages.ts';

const raw = (channels: 3 | 4 = 3) =>
  sharp(
    Uint8Array.from({ length: 5 * 4 * channels }, (_, i) => (i * 53) & 255),
    {
      raw: { width: 5, height: 4, channels },
    },
  );
const frames = sharp(
  Uint8Array.from({ length: 5 * 8 * 3 }, (_, i) => (i * 41) & 255),
  { raw: { width: 5, height: 8, channels: 3, pageHeight: 4 } },
);
const turned = exifOf({
  ...{ order: 'II', gap: 0, type: 3, count: 1, value: 6, before: false, after: false },
  ...{ thumbnail: undefined, again: undefined, surplus: 0, magic: 42, padding: 0 },
});

const files = {
  'a JPEG': await raw().jpeg().toBuffer(),
  'a JPEG that is turned': await raw().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  'a PNG': await raw().png().toBuffer(),
  'a PNG with alpha that is turned': await raw(4).withMetadata({ orientation: 6 }).png().toBuffer(),
  'a PNG of a palette': await raw().png({ palette: true }).toBuffer(),
  'a WebP': await raw().webp().toBuffer(),
  'a lossless WebP': await raw().webp({ lossless: true }).toBuffer(),
  'a lossless WebP with alpha': await raw(4).webp({ lossless: true }).toBuffer(),
  'a WebP with alpha that is turned': await raw(4).withMetadata({ orientation: 6 }).webp().toBuffer(),
  'a WebP of frames': await frames
    .clone()
    .webp({ loop: 0, delay: [50, 50] })
    .toBuffer(),
  'a GIF': gif(5, 4, 1),
  'a GIF with alpha': await raw(4).gif().toBuffer(),
  'a GIF of frames': gif(5, 4, 3),
  'a TIFF': await raw().tiff().toBuffer(),
  'a TIFF of YCbCr': await raw().tiff({ compression: 'jpeg' }).toBuffer(),
  'a TIFF with alpha': await raw(4).tiff().toBuffer(),
  'a TIFF of CMYK': await raw().toColorspace('cmyk').tiff().toBuffer(),
  'a TIFF of gray': await raw().toColorspace('b-w').tiff().toBuffer(),
} as const;

function headerOf(bytes: Uint8Array): PictureHeader {
  const format = detectFormat(bytes);
  if (typeof format !== 'string') throw new Error(`it is taken for ${format.name}`);
  return readHeader(bytes, format);
}

const metadataOf = (bytes: Uint8Array): Promise<Metadata | undefined> =>
  sharp(bytes)
    .metadata()
    .catch(() => undefined);

const colors: Readonly<Record<string, PictureHeader['color']>> = {
  ...{ srgb: 'RGB', 'b-w': 'gray', cmyk: 'CMYK' },
};

test.each(Object.entries(files))('%s has the header that sharp reads', async (_, bytes) => {
  const theirs = await sharp(bytes).metadata();
  const { width, height, orientation = 1, hasAlpha, pages = 1 } = theirs;
  expect(headerOf(bytes)).toMatchObject({
    ...{ width, height, orientation, alpha: hasAlpha, animated: pages > 1, bits: 8 },
    color: theirs.isPalette ? 'palette' : colors[theirs.space],
  });
});

test.each(Object.entries(files))('%s that is cut anywhere has its size, or is refused', async (_, bytes) => {
  const { format, width, height, bits, color } = headerOf(bytes);
  let read = 0;
  for (let length = 1; length < bytes.length; length++) {
    const part = bytes.subarray(0, length);
    let header: PictureHeader | undefined;
    try {
      header = readHeader(part, format);
    } catch (error) {
      expect(error, `${length} bytes`).toBeInstanceOf(Damaged);
      expect(error).toHaveProperty('name', 'Damaged');
    }
    if (header === undefined) expect(await metadataOf(part), `${length} bytes`).toBeUndefined();
    else {
      read++;
      expect(header, `${length} bytes`).toMatchObject({ width, height, bits, color });
    }
  }
  expect(read).toBeGreaterThan(0);
});

describe('a size of nothing is none, for sharp too', () => {
  it.each([
    [0, 4],
    [5, 0],
  ])('%d x %d', async (width, height) => {
    const tiff = tiffOf({ little: true, big: false }, [{ width, height, orientation: 1, first: true }]);
    for (const bytes of [pngClaiming(width, height), await jpegClaiming(width, height), tiff.bytes]) {
      expect(await metadataOf(bytes)).toBeUndefined();
      expect(() => headerOf(bytes)).toThrow(new Damaged(`its header says ${width}x${height} pixels`));
    }
  });
});

describe('a JPEG', () => {
  const jpeg = files['a JPEG'];
  const withSegment = (marker: number, ...content: Uint8Array[]) =>
    Buffer.concat([jpeg.subarray(0, 2), segment(marker, ...content), jpeg.subarray(2)]);

  it('is turned by EXIF in its own segment alone', async () => {
    for (const [marker, orientation] of [
      [0xe1, 6],
      [0xe0, 1],
      [0xe5, 1],
    ] as const) {
      const bytes = withSegment(marker, Buffer.from('Exif\0\0'), turned);
      expect((await sharp(bytes).metadata()).orientation ?? 1).toBe(orientation);
      expect(headerOf(bytes).orientation).toBe(orientation);
    }
  });

  it('has no frame in what defines tables, in reserved markers and in comments', () => {
    const frame = Buffer.of(8, 0, 99, 0, 98, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1);
    for (const marker of [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc9, 0xcf])
      expect(() => headerOf(withSegment(marker, frame))).toThrow('it has more than one frame header');
    for (const marker of [0xbf, 0xc4, 0xc8, 0xcc, 0xe0, 0xfe])
      expect(headerOf(withSegment(marker, frame))).toMatchObject({ width: 5, height: 4 });
  });

  /** With bytes behind its first segment. */
  const odd = (...bytes: number[]) => {
    const end = 4 + jpeg.readUInt16BE(4);
    return Buffer.concat([jpeg.subarray(0, end), Buffer.from(bytes), jpeg.subarray(end)]);
  };

  it('with bytes, markers or lengths as they should not be has its header and pixels, and is not plain', async () => {
    expect(headerOf(jpeg).plain).toBe(true);
    expect(headerOf(odd(0xff, 0xff))).toEqual(headerOf(jpeg)); // bytes that fill
    const { data } = await decodeBySharp(jpeg, headerOf(jpeg));
    for (const bytes of [
      ...[odd(0), odd(0xff, 0), odd(0xff, 0xd0), odd(0xff, 1)],
      ...[odd(0xff, 0xe3, 0, 1), odd(0xff, 0xe3, 0, 0)],
    ]) {
      expect(headerOf(bytes)).toEqual({ ...headerOf(jpeg), plain: false });
      expect((await decodeBySharp(bytes, headerOf(bytes))).data).toEqual(data);
    }
  });

  it('is refused where another one begins in its header, or it ends', async () => {
    for (const bytes of [odd(0xff, 0xd8), odd(0xff, 0xd9)]) {
      expect(await metadataOf(bytes)).toBeUndefined();
      expect(() => headerOf(bytes)).toThrow(new Damaged('its header ends early'));
    }
  });

  it('of more pixels than pictures have is halved, unless it is progressive, and then it is not plain', async () => {
    const [width, height] = [MOST_PIXELS / 10_000, 10_000];
    expect(headerOf(await jpegClaiming(width, height))).toMatchObject({ plain: true });
    expect(headerOf(await jpegClaiming(width, height))).not.toHaveProperty('shrink');
    const large = await jpegClaiming(width, height + 1);
    expect(headerOf(large)).toMatchObject({ shrink: 2, plain: false });
    const progressive = Buffer.from(large);
    progressive[progressive.indexOf(Buffer.from([0xff, 0xc0])) + 1] = 0xc2;
    expect(headerOf(progressive)).not.toHaveProperty('shrink');
  });
});

describe('a PNG', () => {
  const rows = Buffer.from([0, 1, 2, 3, 0, 4, 5, 6]);
  const png = (...more: Buffer[]) => pngOf({ width: 3, height: 2, rows }, more);
  /** With a chunk between its pixels and its end. */
  const behind = (chunk: Buffer) => Buffer.concat([png().subarray(0, -12), chunk, png().subarray(-12)]);

  it('begins with its header', async () => {
    for (const [at, value] of [
      [15, 0x58],
      [11, 14],
    ] as const) {
      const bytes = Buffer.from(png());
      bytes[at] = value;
      expect(await metadataOf(bytes)).toBeUndefined();
      expect(() => headerOf(bytes)).toThrow('it does not begin with IHDR');
    }
  });

  it('is turned by EXIF whose checksum is right', async () => {
    for (const [damage, orientation] of [
      [0, 6],
      [1, 1],
    ] as const) {
      const chunk = pngChunk('eXIf', turned);
      chunk[chunk.length - 1] = (chunk[chunk.length - 1] ?? 0) ^ damage;
      const bytes = png(chunk);
      expect(headerOf(bytes).orientation).toBe(orientation);
      // Which sharp (0.35) does not look at, and Pillow refuses the file for.
      expect((await sharp(bytes).metadata()).orientation).toBe(6);
    }
  });

  it('is not turned by EXIF behind its pixels', () => {
    expect(headerOf(behind(pngChunk('eXIf', turned))).orientation).toBe(1);
  });

  it('may have 4 MiB of EXIF, with the name and the length', () => {
    const most = 4 * 2 ** 20 - 8;
    expect(headerOf(png(pngChunk('eXIf', Buffer.alloc(most)))).orientation).toBe(1);
    expect(() => headerOf(png(pngChunk('eXIf', Buffer.alloc(most + 1))))).toThrow(
      'it has more than 4 MiB of EXIF: save it anew',
    );
  });

  it('is plain while one palette is before its pixels, and these are together', () => {
    const palette = pngChunk('PLTE', Buffer.alloc(6));
    const data = pngChunk('IDAT', Buffer.alloc(0));
    const text = pngChunk('tEXt', Buffer.from('a\0b'));
    const plainOf = (...more: Buffer[]) => headerOf(png(...more)).plain;
    expect([plainOf(), plainOf(palette), plainOf(data), plainOf(text, data, data)]).toEqual([
      ...[true, true, true, true],
    ]);
    expect([plainOf(palette, palette), plainOf(data, palette), plainOf(data, text)]).toEqual([
      ...[false, false, false],
    ]);
    expect([palette, text, data].map((chunk) => headerOf(behind(chunk)).plain)).toEqual([false, true, true]);
    expect(plainOf(pngChunk('ABCD', Buffer.alloc(0)))).toBe(false);
    expect(plainOf(pngChunk('tRNS', Buffer.alloc(2)))).toBe(false);
  });

  it('of gray with alpha has both', async () => {
    const bytes = await raw(4).toColorspace('b-w').png().toBuffer();
    expect((await sharp(bytes).metadata()).channels).toBe(2);
    const { data } = await sharp(bytes).toColorspace('srgb').raw().toBuffer({ resolveWithObject: true });
    expect(Buffer.from(decodePng(bytes).data)).toEqual(data);
  });
});

describe('a GIF', () => {
  it('has alpha where the control before its picture says so, not another extension', async () => {
    const whole = gif(3, 2, 1);
    const behindPalette = whole.indexOf(0x2c);
    for (const [kind, flag, alpha] of [
      [0xf9, 1, true],
      [0xf9, 0, false],
      [0xfe, 1, false],
    ] as const) {
      const extension = Buffer.of(0x21, kind, 4, flag, 1, 1, 1, 0);
      const bytes = Buffer.concat([
        whole.subarray(0, behindPalette),
        extension,
        whole.subarray(behindPalette),
      ]);
      expect((await sharp(bytes).metadata()).hasAlpha, `${kind}, ${flag}`).toBe(alpha);
      expect(headerOf(bytes).alpha, `${kind}, ${flag}`).toBe(alpha);
    }
  });

  it('of any size is one: its sides are no tags of a TIFF', () => {
    expect(detectFormat(gif(3, 0x5243, 1))).toBe('GIF');
  });
});

describe('a TIFF', () => {
  /** Of one page, with other values, or other tags in place of some. */
  const tiff = (
    height: number,
    more: readonly (readonly [tag: number, value: number, instead?: number])[] = [],
  ) => {
    const { bytes } = tiffOf({ little: true, big: false }, [
      { width: 1, height, orientation: 1, first: true },
    ]);
    for (const [tag, value, instead = tag] of more) {
      const at = Array.from({ length: 10 }, (_, i) => 10 + i * 12).find((i) => bytes.readUInt16LE(i) === tag);
      bytes.writeUInt16LE(instead, at ?? Number.NaN);
      bytes.writeUInt16LE(value, (at ?? Number.NaN) + 8);
    }
    return bytes;
  };

  it('of tall strips has few of them, of rows one each, and at most 65,536', () => {
    expect(headerOf(tiff(300)).height).toBe(300);
    expect(headerOf(tiff(300, [[278, 0]])).height).toBe(300);
    expect(headerOf(tiff(65_535, [[278, 1]])).height).toBe(65_535);
    // Each of three samples in strips of its own: its planes, in place of an orientation.
    const planes = [
      [277, 3],
      [274, 2, 284],
    ] as const;
    expect(headerOf(tiff(30_000, [...planes, [278, 0]])).height).toBe(30_000);
    expect(() => headerOf(tiff(30_000, [...planes, [278, 1]]))).toThrow(
      'it has 90,000 strips or tiles, expected at most 65,536: save it anew',
    );
  });

  it('whose directory lies outside is refused', async () => {
    const bytes = Buffer.from(tiff(3));
    bytes.writeUInt32LE(10_000, 4);
    expect(detectFormat(bytes)).toBe('TIFF');
    expect(await metadataOf(bytes)).toBeUndefined();
    expect(() => headerOf(bytes)).toThrow(new Damaged('its header ends early'));
  });
});

describe('the first picture', () => {
  it.each(['a JPEG', 'a PNG', 'a WebP', 'a GIF', 'a TIFF'] as const)('of %s is the file itself', (name) => {
    expect(firstPicture(files[name], headerOf(files[name]))).toBe(files[name]);
  });

  it('of what sharp refuses is the file itself', async () => {
    const page = { width: 2, height: 2, orientation: 1, first: true } as const;
    const { bytes, starts } = tiffOf({ little: true, big: false }, [page, page]);
    const webp = files['a WebP of frames'];
    for (const [format, part] of [
      ['TIFF', bytes.subarray(0, starts[1])],
      ['TIFF', bytes.subarray(0, 20)],
      ['WebP', webp.subarray(0, webp.length - 2)],
    ] as const) {
      await expect(sharp(part, { failOn: 'error' }).toBuffer()).rejects.toThrow();
      expect(firstPicture(part, { format, animated: true })).toBe(part);
    }
  });

  it('of frames is one that sharp decodes alike', async () => {
    const webp = files['a WebP of frames'];
    const shown = firstPicture(webp, headerOf(webp));
    expect(shown.length).toBeLessThan(webp.length);
    expect(await sharp(shown).raw().toBuffer()).toEqual(await sharp(webp).raw().toBuffer());
  });
});

it('what is decoded is in words what is in the list', () => {
  const last: Decodable = 'TIFF';
  expect(decodableInWords).toBe(`${decodable.filter((format) => format !== last).join(', ')} and ${last}`);
});

it('a picture that sharp reads in another size than we do is refused', async () => {
  const png = files['a PNG'];
  const refused = decodeBySharp(png, { ...headerOf(png), width: 4 });
  await expect(refused).rejects.toMatchObject({
    name: 'Damaged',
    message: 'its header can be read as two sizes',
    cause: expect.objectContaining({ message: expect.stringContaining('pixel limit') }),
  });
  const cut = png.subarray(0, 60);
  await expect(decodeBySharp(cut, headerOf(png))).rejects.toThrow(
    /^(it is damaged, or ends early|its header is damaged)$/,
  );
});

it('a JPEG that is to be halved is, in both directions', async () => {
  const jpeg = files['a JPEG'];
  const halved = await decodeBySharp(jpeg, { ...headerOf(jpeg), shrink: 2 });
  const { data, info } = await sharp(jpeg)
    .resize(3, 2, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([halved.width, halved.height, info.width, info.height]).toEqual([3, 2, 3, 2]);
  expect(Buffer.from(halved.data)).toEqual(data);
});

it('a GIF on a canvas that libnsgif cuts has its picture at the top, and nothing below', async () => {
  const create = { width: 640, height: 9, channels: 3, background: '#c86432' } as const;
  const gif = await sharp({ create }).gif().toBuffer();
  gif.writeUInt16LE(480, 8);
  expect((await sharp(gif).metadata()).height).toBe(9);
  const { data, width, height, channels } = await decodeBySharp(gif, headerOf(gif));
  expect([width, height, channels, data.length]).toEqual([640, 480, 4, 640 * 480 * 4]);
  const rows = (from: number, to: number) => Buffer.from(data.subarray(from * 640 * 4, to * 640 * 4));
  const [r = 0, g = 0, b = 0, alpha] = rows(0, 1);
  expect(alpha).toBe(255);
  expect(rows(0, 9)).toEqual(Buffer.alloc(9 * 640 * 4, Buffer.of(r, g, b, 255)));
  expect(rows(9, 480)).toEqual(Buffer.alloc(471 * 640 * 4));
});

it('a WebP that begins with another chunk is refused, as by sharp', async () => {
  const bytes = Buffer.from(files['a WebP with alpha that is turned']);
  bytes.write('VP8Z', 12);
  expect(await metadataOf(bytes)).toBeUndefined();
  expect(() => headerOf(bytes)).toThrow('it begins with a chunk "VP8Z", expected VP8, VP8L or VP8X');
});

it('a WebP is stored without EXIF, of the same length', () => {
  const webp = files['a WebP with alpha that is turned'];
  const [stored = Buffer.alloc(0), ...none] = asStored(webp, 'WebP');
  expect(none).toEqual([]);
  expect(stored).toHaveLength(webp.length);
  expect(headerOf(webp).orientation).toBe(6);
  expect(headerOf(stored)).toEqual({ ...headerOf(webp), orientation: 1 });
});
