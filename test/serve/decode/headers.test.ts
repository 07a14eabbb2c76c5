// What is known of a picture before it is decoded: its size upright, who decodes it, and that too much is refused.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readHeader } from '../../../models/image/file/header.ts';
import type { Orientation } from '../../../models/image/picture.ts';
import { checkWork, uprightHeader } from '../../../serve/decode/check-work.ts';
import { checkHeader, isPlain } from '../../../serve/decode/header.ts';
import { Refusal } from '../../../serve/refusal.ts';

const [width, height] = [9, 4];
const raw = () => sharp({ create: { width, height, channels: 3, background: '#c86432' } });
const oriented = (orientation: Orientation) => raw().withMetadata({ orientation }).jpeg().toBuffer();
const files = {
  JPEG: await raw().jpeg().toBuffer(),
  PNG: await raw().png().toBuffer(),
  WebP: await raw().webp().toBuffer(),
  GIF: await raw().gif().toBuffer(),
  TIFF: await raw().tiff().toBuffer(),
} as const;
const cmyk = await raw().toColorspace('cmyk').jpeg().toBuffer();
// One pixel of 24 bits.
const bmp = Buffer.from(
  '424d3a0000000000000036000000280000000100000001000000010018000000000004000000130b0000130b00000000000000000000326ec800',
  'hex',
);

const limits = { pixels: 1000, jpegs: true };
const refusalOf = (bytes: Uint8Array, given: Parameters<typeof checkHeader>[1] = limits): Refusal => {
  try {
    checkHeader(bytes, given);
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('the upright size', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8] as const)(
    'with orientation %d is what sharp turns it to',
    async (orientation) => {
      const bytes = await oriented(orientation);
      const { info } = await sharp(bytes).autoOrient().toBuffer({ resolveWithObject: true });
      const upright = uprightHeader(readHeader(bytes, 'JPEG'));
      expect([upright.width, upright.height]).toEqual([info.width, info.height]);
    },
  );

  it.each([
    [1, 5, 2],
    [6, 2, 5],
  ] as const)(
    'of a JPEG that is halved meanwhile, with orientation %d, is %d x %d',
    async (orientation, across, down) => {
      const header = { ...readHeader(await oriented(orientation), 'JPEG'), shrink: 2 as const };
      const upright = uprightHeader(header);
      // All pixels are decoded, whatever is kept.
      expect(upright).toMatchObject({ width: across, height: down, decoded: width * height });
    },
  );
});

describe('who decodes it', () => {
  it.each<[string, Uint8Array, 'JPEG' | 'PNG' | 'WebP' | 'GIF' | 'TIFF' | 'BMP', boolean, boolean]>([
    ['a JPEG', files.JPEG, 'JPEG', true, false],
    ['a JPEG of CMYK', cmyk, 'JPEG', false, false],
    ['a PNG', files.PNG, 'PNG', true, true],
    ['a BMP', bmp, 'BMP', true, true],
    ['a WebP', files.WebP, 'WebP', false, false],
    ['a GIF', files.GIF, 'GIF', false, false],
    ['a TIFF', files.TIFF, 'TIFF', false, false],
  ])('%s', (_, bytes, format, byWorkers, withoutTurbojpeg) => {
    const header = readHeader(bytes, format);
    expect([isPlain(header, true), isPlain(header, false)]).toEqual([byWorkers, withoutTurbojpeg]);
  });
});

describe('before it is decoded', () => {
  it('a picture has its header, with the scans of a JPEG', async () => {
    expect(checkHeader(files.JPEG, limits)).toMatchObject({ format: 'JPEG', width, height, scans: 1 });
    const progressive = await raw().jpeg({ progressive: true }).toBuffer();
    const scans = [...progressive.toString('latin1').matchAll(/\xff\xda/g)].length;
    expect(scans).toBeGreaterThan(2);
    expect(checkHeader(progressive, limits)).toMatchObject({ scans });
    expect(checkHeader(files.PNG, limits)).toMatchObject({ format: 'PNG', width, height, scans: 1 });
  });

  it('too many pixels are refused, and as many as may be are not', () => {
    expect(checkHeader(files.PNG, { ...limits, pixels: width * height })).toMatchObject({ width });
    const refused = refusalOf(files.PNG, { ...limits, pixels: width * height - 1 });
    expect([refused.status, refused.message]).toEqual([413, expect.stringMatching(/^received a PNG .*9x4/)]);
  });

  it('rows cost more where sharp decodes them', () => {
    // 64 pixels a row by sharp, 4 by workers: the limit is six times the pixels that a picture may have.
    const tall = { width: 1, height: 500 };
    expect(checkWork('WebP', { ...tall, bySharp: true }, 500)?.status).toBe(413);
    expect(checkWork('PNG', { ...tall, bySharp: false }, 500)).toBeUndefined();
  });

  it('what is no picture, and what is damaged, is refused', () => {
    expect(refusalOf(Buffer.from('%PDF-1.7 and more'))).toMatchObject({
      status: 415,
      message: expect.stringMatching(
        /^received .*PDF.*, expected a picture: JPEG, PNG, WebP, GIF, BMP, TIFF; /,
      ),
    });
    expect(refusalOf(files.PNG.subarray(0, 20))).toMatchObject({
      status: 422,
      message: expect.stringMatching(/^the PNG could not be decoded: /),
    });
  });
});
