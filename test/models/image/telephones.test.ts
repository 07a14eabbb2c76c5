// Telephones' photographs fit: 50 and 64 megapixels as they are, 108 and 200 halved, the same in training and the server.
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeBySharp } from '../../../models/image/decode/sharp.ts';
import { MOST_PIXELS } from '../../../models/image/picture.ts';
import { checkHeader as serverHeader } from '../../../serve/decode/header.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { checkHeader, decode } from '../../../train/datasets/folder/decode.ts';
import { decodeUpload } from '../../serve/decode/decode-upload.ts';
import { jpegClaiming } from '../../serve/pictures.ts';

const { pixels } = defaultLimits;

test.each([
  ['Samsung S22+, 50 MP', 8160, 6120, undefined],
  ['Xiaomi and Pixel, 50 MP', 8192, 6144, undefined],
  ['Sony IMX686, 64 MP', 9280, 6944, undefined],
  ['Samsung, 108 MP', 12_000, 9_000, 2],
  ['Samsung, 200 MP', 16_384, 12_288, 2],
])('%s', async (_, width, height, shrink) => {
  for (const [w, h] of [
    [width, height],
    [height, width],
  ] as const)
    expect(checkHeader(await jpegClaiming(w, h))).toMatchObject({
      width: w,
      height: h,
      ...(shrink && { shrink }),
    });
});

test('a JPEG above the limit is halved while it is decoded, in training as in the server', async () => {
  const [width, height] = [9_301, 7_000];
  expect(width * height).toBeGreaterThan(MOST_PIXELS);
  const raw = { width, height, channels: 1 } as const;
  const flat = sharp(Buffer.alloc(width * height, 128), { raw });
  const jpeg = await flat.withMetadata({ orientation: 6 }).jpeg({ quality: 60 }).toBuffer();
  const { picture } = await decode('photo.jpg', jpeg);
  expect([picture.width, picture.height]).toEqual([height / 2, Math.ceil(width / 2)]);
  expect(serverHeader(jpeg, { pixels, jpegs: true })).toMatchObject({ shrink: 2, plain: false }); // for sharp, too
}, 60_000);

test('half of a picture is what it shows, upright', async () => {
  const [width, height] = [97, 70];
  const waves = Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return 128 + 60 * Math.sin(x / 9) + 60 * Math.cos(y / 7);
  });
  const jpeg = await sharp(waves, { raw: { width, height, channels: 1 } })
    .jpeg({ quality: 95 })
    .toBuffer();
  for (const orientation of [1, 2, 3, 4, 5, 6, 7, 8] as const) {
    const header = { format: 'JPEG', width, height, orientation } as const;
    const whole = await decodeBySharp(jpeg, header);
    const half = await decodeBySharp(jpeg, { ...header, shrink: 2 });
    expect([half.width, half.height]).toEqual([whole.width, whole.height].map((side) => Math.ceil(side / 2)));
    const apart: number[] = [];
    for (let y = 1; y < half.height - 1; y++) {
      for (let x = 1; x < half.width - 1; x++) {
        const at = (dx: number, dy: number) => whole.data[((y * 2 + dy) * whole.width + x * 2 + dx) * 3] ?? 0;
        const mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1)) / 4;
        apart.push(Math.abs(mean - (half.data[(y * half.width + x) * 3] ?? 0)));
      }
    }
    // One column more or less of 97 moves the picture by up to half a pixel; measured: 9 of 240.
    expect(Math.max(...apart), String(orientation)).toBeLessThan(12);
  }
});

test('a progressive JPEG takes the memory of all of its pixels, and is refused above the limit', async () => {
  const progressive = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
    .jpeg({ progressive: true })
    .toBuffer();
  const frame = progressive.indexOf(Buffer.of(0xff, 0xc2));
  progressive.writeUInt16BE(9_000, frame + 5);
  progressive.writeUInt16BE(12_000, frame + 7);
  await expect(decode('photo.jpg', progressive)).rejects.toThrow(/108 megapixels; expected at most 65/);
  await expect(decodeUpload(progressive, pixels)).rejects.toMatchObject({ status: 413 });
});
