// The PNG that the page sends holds every pixel as it was, as a decoder that we did not write reads it.
import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodePng } from '../../../models/image/encode-png.ts';

test('sharp reads back what was written, gray and color, every size', async () => {
  const pictures = fc
    .record({
      width: fc.integer({ min: 1, max: 40 }),
      height: fc.integer({ min: 1, max: 40 }),
      channels: fc.constantFrom(1 as const, 3 as const),
    })
    .chain(({ width, height, channels }) => {
      const length = width * height * channels;
      return fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((data) => ({ data, width, height, channels }));
    });
  await fc.assert(
    fc.asyncProperty(pictures, async (picture) => {
      const { data, info } = await sharp(await encodePng(picture))
        .toColorspace(picture.channels === 1 ? 'b-w' : 'srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height, channels } = info;
      expect({ data: new Uint8Array(data), width, height, channels }).toEqual(picture);
    }),
    { numRuns: 60 },
  );
});

test('alpha has no place in it', async () => {
  const picture = { data: new Uint8Array(4), width: 1, height: 1, channels: 4 } as const;
  await expect(encodePng(picture)).rejects.toThrow('received 4 channels, expected 1 or 3');
});
