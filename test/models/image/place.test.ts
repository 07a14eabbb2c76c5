// Which part of a picture becomes the input: Pillow, told to take just that part, makes the same input.
import { expect, test } from 'vitest';
import type { Picture } from '../../../models/image/picture.ts';
import { type Prepare, placeOf, preparePicture } from '../../../models/image/prepare.ts';
import type { Shape } from '../../../models/image/shape.ts';
import { python } from '../../python.ts';

/** For each picture and place the bytes of `Image.resize(size, filter, box=place)`. */
const pillow = `
import json, sys, numpy as np
from PIL import Image
out = []
for data, height, width, channels, size, filter, box in json.load(sys.stdin):
    pixels = np.array(data, np.uint8).reshape(height, width, channels)
    image = Image.fromarray(pixels[:, :, 0] if channels == 1 else pixels)
    out.append(np.asarray(image.resize(size, getattr(Image, filter), box=box)).ravel().tolist())
print(json.dumps(out))`;

/** Smooth colors, all along both axes. */
function waves(width: number, height: number): Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    return 128 + 100 * Math.sin(x / 5 + (at % 3)) * Math.cos(y / 7);
  });
  return { data, width, height, channels: 3 };
}

/** White bars of a digit in a corner of black paper, each `[x, y, width, height]`. */
function digit(side: number, bars: readonly (readonly [number, number, number, number])[]): Picture {
  const data = new Uint8Array(side * side);
  for (const [x, y, width, height] of bars)
    for (let row = y; row < y + height; row++) data.fill(255, row * side + x, row * side + x + width);
  return { data, width: side, height: side, channels: 1 };
}

const digits: Prepare = { rule: 'digit' };
const resize = { rule: 'resize', filter: 'bilinear' } as const;
const cases: [string, Picture, Shape, Prepare, filter: string, off: number][] = [
  ['stretched', waves(50, 40), [20, 30, 3], { ...resize, crop: 'stretch' }, 'BILINEAR', 0],
  ['the center of a wide one', waves(90, 41), [20, 20, 3], { ...resize, crop: 'center' }, 'BILINEAR', 0],
  [
    'the center of a center',
    waves(60, 80),
    [28, 28, 3],
    { ...resize, crop: 'center', shorter: 40 },
    'BILINEAR',
    0,
  ],
  // The patch is one of the working picture, which is a third of this one.
  [
    'a large drawing, left and low',
    digit(1100, [
      [300, 500, 40, 400],
      [340, 500, 150, 40],
    ]),
    [28, 28, 1],
    digits,
    'BOX',
    8, // measured: 7, since Pillow takes pixels whole; a place that is off by one pixel of the 1,100 differs by 12
  ],
  [
    'a drawing as large as MNIST’s, right and high',
    digit(60, [
      [40, 12, 4, 20],
      [34, 12, 6, 3],
    ]),
    [28, 28, 1],
    digits,
    'BOX',
    0,
  ],
];

const places = cases.map(([, picture, shape, rule]) => placeOf(picture, shape, rule));
const theirs: number[][] = JSON.parse(
  python(
    pillow,
    [],
    Buffer.from(
      JSON.stringify(
        cases.map(([, { data, width, height, channels }, [rows, columns], , filter], i) => {
          const { x = 0, y = 0, width: wide = 0, height: high = 0 } = places[i] ?? {};
          return [[...data], height, width, channels, [columns, rows], filter, [x, y, x + wide, y + high]];
        }),
      ),
    ),
  ),
);

test.each(cases.map(([name, picture, shape, rule, , off], i) => ({ name, picture, shape, rule, off, i })))(
  '$name',
  ({ picture, shape, rule, off, i }) => {
    const ours = preparePicture(picture, shape, rule);
    const apart = ours.map((level, k) => Math.abs(level - (theirs[i]?.[k] ?? 999)));
    expect(theirs[i]).toHaveLength(ours.length);
    expect(apart.reduce((most, each) => Math.max(most, each), 0)).toBeLessThanOrEqual(off);
  },
);

test('what is beyond the paper is part of the place; without ink there is none', () => {
  const place = placeOf(digit(40, [[0, 0, 3, 20]]), [28, 28, 1], digits);
  expect(place?.width).toBe(28);
  expect(place?.y).toBe(-4); // 20 pixels of ink, its middle at the input's pixel 14
  expect(placeOf(digit(40, []), [28, 28, 1], digits)).toBeUndefined();
});
