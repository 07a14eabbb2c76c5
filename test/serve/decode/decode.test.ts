// What decoding promises: 8-bit sRGB, upright, first frame, from four formats; and a refusal for everything else.
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { detectFormat } from '../../../models/image/file/format.ts';
import { orient } from '../../../models/image/orient.ts';
import type { Orientation, Picture } from '../../../models/image/picture.ts';
import { secureDecoders } from '../../../serve/decode/decode.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import {
  busy,
  busyPixels,
  formats,
  gif,
  jpegClaiming,
  plain,
  pngClaiming,
  webpClaiming,
} from '../pictures.ts';
import { decodeUpload } from './decode-upload.ts';

const { pixels: limit } = defaultLimits;

const decode = (bytes: Uint8Array): Promise<Picture> => decodeUpload(bytes, limit);

/** The first pixel, without alpha. */
async function firstPixel(bytes: Uint8Array): Promise<number[]> {
  return [...(await decode(bytes)).data.slice(0, 3)];
}

// Made before the decoders are restricted, which holds for the whole process.
const avif = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
  .avif()
  .toBuffer();
const svg = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9"/></svg>',
);

beforeAll(secureDecoders);

describe('a picture becomes 8-bit sRGB', () => {
  test.each(formats)('%s', async (format) => {
    const picture = await decode(await plain('#c86432', format));
    expect([picture.width, picture.height]).toEqual([24, 24]);
    expect(picture.data.length).toBe(24 * 24 * picture.channels);
    const [red = 0, green = 0, blue = 0] = picture.data;
    const tolerance = format === 'webp' || format === 'jpeg' ? 4 : 0; // lossy; measured: 3 and 0
    expect(Math.abs(red - 200)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(green - 100)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(blue - 50)).toBeLessThanOrEqual(tolerance);
  });

  test('a PNG keeps every byte', async () => {
    const { data } = await decode(await busy('png'));
    expect(data).toEqual(busyPixels());
  });

  test('gray, palette and 16 bits', async () => {
    const deep = (channels: 1 | 3, value: number) =>
      sharp(new Uint16Array(16 * channels).fill(value), { raw: { width: 4, height: 4, channels } });
    expect(await firstPixel(await deep(1, 0x8080).toColorspace('grey16').png().toBuffer())).toEqual([
      128, 128, 128,
    ]);
    expect(await firstPixel(await deep(3, 0x4040).toColorspace('rgb16').png().toBuffer())).toEqual([
      64, 64, 64,
    ]);
    const gray = sharp({ create: { width: 4, height: 4, channels: 3, background: '#777' } });
    expect(await firstPixel(await gray.clone().toColorspace('b-w').png().toBuffer())).toEqual([
      119, 119, 119,
    ]);
    expect(await firstPixel(await gray.clone().png({ palette: true }).toBuffer())).toEqual([119, 119, 119]);
  });

  test('CMYK', async () => {
    const red = sharp({ create: { width: 8, height: 8, channels: 3, background: '#e02020' } });
    const [r = 0, g = 0, b = 0] = await firstPixel(await red.toColorspace('cmyk').jpeg().toBuffer());
    // Measured: 224, 28, 0; CMYK has no such red.
    for (const [i, value] of [r - 224, g - 28, b].entries()) expect(Math.abs(value), `${i}`).toBeLessThan(8);
  });

  test('an embedded sRGB profile changes nothing', async () => {
    const plainPng = await busy('png');
    const profiled = await sharp(plainPng).withIccProfile('srgb').png().toBuffer();
    expect((await decode(profiled)).data).toEqual((await decode(plainPng)).data);
  });

  test('transparency is kept, for models/image to lay over white', async () => {
    const picture = await decode(
      await sharp(Uint8Array.of(10, 20, 30, 0), { raw: { width: 1, height: 1, channels: 4 } })
        .png()
        .toBuffer(),
    );
    expect(picture).toMatchObject({ channels: 4, data: Uint8Array.of(10, 20, 30, 0) });
  });

  test('of an animation, the first frame', async () => {
    const frames = Uint8Array.from({ length: 8 * 16 * 3 }, (_, i) => (i < 8 * 8 * 3 ? 255 : 0));
    for (const format of ['gif', 'webp'] as const) {
      const file = await sharp(frames, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
        .toFormat(format, { loop: 0, delay: [50, 50] })
        .toBuffer();
      expect((await sharp(file).metadata()).pages).toBe(2);
      const picture = await decode(file);
      expect([picture.width, picture.height]).toEqual([8, 8]);
      expect([...picture.data.slice(0, 3)]).toEqual([255, 255, 255]);
    }
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8] as const)(
    'EXIF orientation %i as models/image turns it',
    async (orientation: Orientation) => {
      const bytes = await busy('png', 6, 4);
      const turned = await sharp(bytes).withMetadata({ orientation }).png().toBuffer();
      const expected = orient(await decode(bytes), orientation);
      expect(await decode(turned)).toEqual({ ...expected, data: new Uint8Array(expected.data) });
    },
  );
});

describe('refusals', () => {
  test.each(formats)('a %s that ends early is 422', async (format) => {
    const bytes = await busy(format, 200, 150);
    for (const part of [0.1, 0.5, 0.9]) {
      await expect(decode(bytes.subarray(0, bytes.length * part))).rejects.toMatchObject({
        status: 422,
        message: expect.stringMatching(/could not be decoded/),
      });
    }
  });

  test.each([
    ['SVG', svg],
    ['SVG', Buffer.concat([Buffer.from('<?xml version="1.0"?>'), svg])],
    ['PDF', Buffer.from('%PDF-1.7 hello')],
    ['AVIF', Buffer.from('\0\0\0\x20ftypavif', 'latin1')],
    ['a web page', Buffer.from('  <!DOCTYPE html><img>')],
    ['JSON', Buffer.from('{"instances": []}')],
    ['a text ("hello")', Buffer.from('hello')],
    ['3 bytes of an unknown format (starting with hex 010203)', Buffer.of(1, 2, 3)],
  ])('%s is 415 and is named', async (name, bytes) => {
    await expect(decode(bytes)).rejects.toMatchObject({
      status: 415,
      message: expect.stringContaining(`received ${name}, expected a picture: JPEG,`),
    });
    const message = await decode(bytes).catch(String);
    expect(String(message).match(/expected/g)).toHaveLength(1);
  });

  test('of many damaged files at once, each is told what surely is its own: libvips has one text for all', async () => {
    const halves = await Promise.all(
      formats.map(async (format) => {
        const bytes = await busy(format, 200, 150);
        return bytes.subarray(0, bytes.length / 2);
      }),
    );
    const reasons = await Promise.all(
      Array.from({ length: 10 }, () => halves)
        .flat()
        .map((bytes) => decode(bytes).catch((error: Error) => error.message)),
    );
    for (const reason of reasons)
      expect(reason).toMatch(
        /^the (PNG|JPEG|WebP|GIF) could not be decoded: (it is damaged, or ends early|its header is damaged)$/,
      );
  });

  test('a file is what its first bytes say, and no other decoder gets it', async () => {
    const disguised = Buffer.concat([Buffer.from('GIF89a'), svg]);
    expect(detectFormat(disguised)).toBe('GIF');
    await expect(decode(disguised)).rejects.toMatchObject({ status: 422 });
    await expect(sharp(avif).metadata()).rejects.toThrow(/unsupported image format/);
    await expect(sharp(svg).metadata()).rejects.toThrow(/unsupported image format/);
  });

  test('too many pixels are 413 before anything is decoded', async () => {
    const files = {
      PNG: pngClaiming(50_000, 50_000),
      JPEG: await jpegClaiming(65_500, 65_500),
      GIF: gif(65_535, 65_535, 1),
      WebP: await webpClaiming(16_383, 16_383),
    };
    for (const [name, bytes] of Object.entries(files)) {
      await expect(decode(bytes), name).rejects.toMatchObject({
        status: 413,
        message: expect.stringMatching(/megapixels; expected at most 65/),
      });
    }
  });

  test('a TIFF of more channels is told so', async () => {
    const more = { raw: { width: 8, height: 8, channels: 1 } } as const;
    const five = await sharp(Buffer.alloc(192), { raw: { width: 8, height: 8, channels: 3 } })
      .joinChannel([Buffer.alloc(64), Buffer.alloc(64)], more)
      .tiff({ compression: 'none' })
      .toBuffer();
    await expect(decode(five)).rejects.toThrow('it has 5 channels, expected 3, or 4 with transparency');
    // sharp writes no more: one number of bits for all samples, and six of those.
    const six = Buffer.from(five);
    const [bits, samples] = ['02010300', '15010300'].map((entry) => six.indexOf(Buffer.from(entry, 'hex')));
    six.set([1, 0, 0, 0, 8, 0, 0, 0], (bits ?? 0) + 4);
    six.set([6], (samples ?? 0) + 8);
    await expect(decode(six)).rejects.toThrow('it has more channels than colors and transparency');
  });

  test('empty and very short files are 415', async () => {
    for (const length of [0, 1, 2, 3]) {
      await expect(decode(Uint8Array.of(0xff, 0xd8, 0xfe).subarray(0, length))).rejects.toMatchObject({
        status: 415,
      });
    }
  });
});
