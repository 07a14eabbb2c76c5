// What is promised of a picture's way to an input: all kinds give the same pixels, large JPEGs are shrunk as far as is safe.
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { preparePicture } from '../../../models/image/prepare.ts';
import type { PlainHeader } from '../../../serve/decode/header.ts';
import { createPrepareInput, shrinkFor } from '../../../serve/sessions/prepare-input.ts';
import { python } from '../../python.ts';
import { busyPixels } from '../pictures.ts';

const rule = { rule: 'resize', filter: 'bilinear', crop: 'stretch' } as const;
const shape = [12, 16, 3] as const;
const picture = { data: busyPixels(40, 30), width: 40, height: 30, channels: 3 } as const;
const pixels = sharp(picture.data, { raw: { width: 40, height: 30, channels: 3 } });
const header = (format: PlainHeader['format'], orientation: PlainHeader['orientation'] = 1): PlainHeader => ({
  ...{ format, width: 40, height: 30 },
  orientation,
});
const prepare = createPrepareInput({ fast: false });

describe('the input', () => {
  it('of a picture is prepared, and what is an input stays as it is', () => {
    const start = performance.now();
    const { data, spent } = prepare({ kind: 'picture', picture }, shape, rule);
    const elapsed = performance.now() - start;
    expect(data).toEqual(preparePicture(picture, shape, rule));
    expect(Math.min(spent.decode, spent.prepare)).toBeGreaterThanOrEqual(0);
    expect(spent.decode + spent.prepare).toBeLessThanOrEqual(elapsed);
    const input = Uint8Array.of(1, 2, 3);
    expect(prepare({ kind: 'input', data: input }, shape, rule)).toEqual({
      data: input,
      spent: { decode: 0, prepare: 0 },
    });
  });

  it('of files without losses is that of their pixels', async () => {
    const png = await pixels.png().toBuffer();
    const bmp = Buffer.from(
      python(
        `
import base64, io, sys
from PIL import Image
out = io.BytesIO()
Image.open(io.BytesIO(sys.stdin.buffer.read())).save(out, 'BMP')
print(base64.b64encode(out.getvalue()).decode())`,
        [],
        png,
      ),
      'base64',
    );
    const expected = preparePicture(picture, shape, rule);
    for (const [format, bytes] of [
      ['PNG', png],
      ['BMP', bmp],
    ] as const)
      expect(prepare({ kind: 'encoded', bytes, header: header(format) }, shape, rule).data).toEqual(expected);
  });

  it('of a JPEG is that of what libvips decodes, but for a level', async () => {
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#c08040' } })
      .composite([{ input: await pixels.png().toBuffer(), blend: 'soft-light' }])
      .jpeg({ chromaSubsampling: '4:4:4' })
      .toBuffer();
    const data = await sharp(bytes).raw().toBuffer();
    const theirs = preparePicture({ ...picture, data }, shape, rule);
    const ours = prepare({ kind: 'encoded', bytes, header: header('JPEG') }, shape, rule).data;
    expect(
      Math.max(...ours.map((level, i) => Math.abs(level - (theirs[i] ?? Number.NaN)))),
    ).toBeLessThanOrEqual(1);
  });

  it('of a file is upright', async () => {
    const bytes = await pixels.png().toBuffer();
    const turned = await sharp(bytes).rotate(90).raw().toBuffer();
    const expected = preparePicture({ data: turned, width: 30, height: 40, channels: 3 }, shape, rule);
    // Orientation 6: to be turned by 90 degrees clockwise. Reference: CIPA DC-008 (Exif), 4.6.4.
    expect(prepare({ kind: 'encoded', bytes, header: header('PNG', 6) }, shape, rule).data).toEqual(expected);
  });
});

describe('a JPEG is shrunk while it keeps 1.5 pixels for each of the input, along its shorter side', () => {
  it.each([
    [336, 1],
    [671, 1],
    [672, 2],
    [1343, 2],
    [1344, 4],
    [2687, 4],
    [2688, 8],
    [99_999, 8],
  ])('%d pixels for an input of 112 x 224: by %d', (side, factor) => {
    const size = { ...header('JPEG'), width: side, height: 99_999 };
    expect(shrinkFor(size, [112, 224, 3], rule)).toBe(factor);
    expect(shrinkFor({ ...size, width: 99_999, height: side }, [224, 112, 3], rule)).toBe(factor);
  });

  it.each([
    [1023, 1],
    [1024, 2],
    [2048, 4],
    [4096, 8],
  ])('%d pixels for a digit, which is looked for in 512: by %d', (side, factor) => {
    expect(shrinkFor({ ...header('JPEG'), width: side, height: side }, [28, 28, 1], { rule: 'digit' })).toBe(
      factor,
    );
  });
});
