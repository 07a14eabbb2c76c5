// Pictures and rules at random: what a model may be given, and what its card may say.
import fc from 'fast-check';
import type { Picture } from '../../models/image/picture.ts';
import type { Prepare } from '../../models/image/prepare.ts';
import type { Shape } from '../../models/image/shape.ts';
import { photograph } from '../models/image/photographs.ts';
import { noisePicture } from '../models/image/pictures.ts';

export interface Case {
  readonly picture: Picture;
  readonly shape: Shape;
  readonly rule: Prepare;
}

const channels = fc.constantFrom<Picture['channels'][]>(1, 3, 4);
const side = fc.integer({ min: 1, max: 40 });

/** Sizes around those of the input, strips, and large ones. */
const size = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 90 })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 200, max: 3000 })),
  fc.tuple(fc.integer({ min: 200, max: 3000 }), fc.integer({ min: 1, max: 3 })),
  fc.tuple(fc.integer({ min: 200, max: 500 }), fc.integer({ min: 200, max: 500 })),
);

/** Any picture to any input, by any rule that resizes. */
export const resized: fc.Arbitrary<Case> = fc
  .record({
    size,
    channels,
    seed: fc.nat(),
    texture: fc.constantFrom('noise' as const, 'extremes' as const),
    input: fc.tuple(side, side, fc.constantFrom<(1 | 3)[]>(1, 3)),
    filter: fc.constantFrom('bilinear' as const, 'bicubic' as const),
    crop: fc.constantFrom('center' as const, 'stretch' as const),
    more: fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined }),
  })
  .map(({ size: [width, height], channels, seed, texture, input, filter, crop, more }) => ({
    picture: noisePicture(seed, width, height, channels, texture),
    shape: input,
    rule: {
      rule: 'resize',
      filter,
      crop,
      ...(more !== undefined && crop === 'center' && { shorter: Math.max(input[0], input[1]) + more }),
    },
  }));

const stroke = fc.record({
  x: fc.double({ min: 0, max: 1, noNaN: true }),
  y: fc.double({ min: 0, max: 1, noNaN: true }),
  width: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
  height: fc.double({ min: 0.01, max: 0.4, noNaN: true }),
});

/** Strokes on shaded paper, with and without noise: drawings, and what a camera makes of them. */
export const drawn: fc.Arbitrary<Case> = fc
  .record({
    width: fc.integer({ min: 1, max: 160 }),
    height: fc.integer({ min: 1, max: 160 }),
    channels,
    paper: fc.constantFrom(0, 0, 255, 255, 230, 30),
    pen: fc.constantFrom(0, 255, 60, 190, 224),
    shade: fc.constantFrom(0, 0, 25, -25),
    noise: fc.constantFrom(0, 0, 1, 8, 40),
    seed: fc.nat(),
    strokes: fc.array(stroke, { minLength: 0, maxLength: 5 }),
  })
  .map(({ width, height, channels, paper, pen, shade, noise, seed, strokes }) => {
    const { data } = noisePicture(seed, width, height, channels);
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [(i % width) / width, Math.floor(i / width) / height];
      const inked = strokes.some(
        (each) => x >= each.x && x < each.x + each.width && y >= each.y && y < each.y + each.height,
      );
      const level = (inked ? pen : paper) - shade * x;
      for (let c = 0; c < channels; c++) {
        const at = i * channels + c;
        const alpha = c === 3;
        const shown = alpha ? 255 : level + (((data[at] ?? 0) - 128) * noise) / 128;
        data[at] = Math.max(0, Math.min(255, Math.round(shown)));
      }
    }
    return digitCase({ data, width, height, channels });
  });

const digitCase = (picture: Picture): Case => ({ picture, shape: [28, 28, 1], rule: { rule: 'digit' } });

/** A seven of 28x28, as MNIST's. */
const seven = Uint8Array.from({ length: 784 }, (_, i) => {
  const [x, y] = [i % 28, Math.floor(i / 28)];
  const bar = y >= 5 && y < 8 && x >= 8 && x < 20;
  const leg = y >= 8 && y < 23 && Math.abs(x - (19 - (y - 8) * 0.6)) < 1.7;
  return bar || leg ? 255 : 0;
});

/** Photographs of a digit on paper, larger than the rule works on, and smaller. */
export const photographed: fc.Arbitrary<Case> = fc
  .record({
    width: fc.integer({ min: 60, max: 700 }),
    height: fc.integer({ min: 60, max: 700 }),
    share: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
    gradient: fc.constantFrom(0, 0.3),
    vignette: fc.constantFrom(0, 0.3),
    shadow: fc.constantFrom(0, 0.3),
    noise: fc.constantFrom(0, 2, 6),
    seed: fc.nat(10_000),
  })
  .map(({ width, height, share, ...light }) => {
    const side = Math.max(28, Math.floor(Math.min(width, height) * share));
    const place = { side, x: Math.floor((width - side) / 3), y: Math.floor((height - side) / 2) };
    const colors = { paper: [226, 222, 210], ink: [30, 34, 70] } as const;
    return digitCase(photograph(seven, { width, height, ...place, ...colors, ...light }));
  });
