// The transforms for photographs: each against what it is defined as, and none more than it says.
import { describe, expect, it } from 'vitest';
import type { Shape } from '../../../models/image/shape.ts';
import { inPosition } from '../../../train/augment/dihedral.ts';
import { erase } from '../../../train/augment/erase.ts';
import { moveGeometry, randomMatrix } from '../../../train/augment/geometry.ts';
import { type AugmentOptions, augmentImage, presets } from '../../../train/augment/index.ts';
import { lighting } from '../../../train/augment/lighting.ts';
import { random } from '../../../train/random.ts';
import { chosen, noise } from './pictures.ts';

const shape: Shape = [12, 12, 3];
const image = noise(shape);
/** Every transform draws the same numbers. */
const draw =
  (...numbers: number[]) =>
  () =>
    chosen(...numbers);

const everything: AugmentOptions = {
  ...presets.photo,
  maxShift: 0.1,
  minScale: 0.5,
  erase: 0.5,
};

describe('augmentImage with the transforms for photographs', () => {
  it.each(Object.entries({ ...presets, everything }))(
    '%s: the same again, another elsewhere',
    (name, options) => {
      const at = { seed: 1, epoch: 2, index: 3 };
      const seen = augmentImage(image, shape, options, at);
      expect(augmentImage(image, shape, options, at)).toEqual(seen);
      if (name === 'none') return expect(seen).toEqual(image);
      const others = Array.from({ length: 20 }, (_, index) =>
        augmentImage(image, shape, options, { ...at, index }),
      );
      expect(new Set(others.map((other) => other.join())).size).toBeGreaterThan(name === 'gentle' ? 10 : 15);
    },
  );

  it("doesn't let one transform change what another draws", () => {
    for (let index = 0; index < 20; index++) {
      const at = { seed: 1, epoch: 0, index };
      const moved = augmentImage(image, shape, { maxRotate: 10, maxZoom: 1.2 }, at);
      const lit = augmentImage(moved, shape, { maxLighting: 0.2 }, at);
      expect(augmentImage(image, shape, { maxRotate: 10, maxZoom: 1.2, maxLighting: 0.2 }, at)).toEqual(lit);
    }
  });
});

describe('moveGeometry', () => {
  const move = (options: AugmentOptions, ...numbers: number[]) =>
    moveGeometry(image, shape, options, draw(...numbers));

  it('leaves what is not drawn as it is', () => {
    expect(move({ maxRotate: 10, maxZoom: 2, maxWarp: 0.2 }, 0.9, 0.9)).toBe(image);
  });

  it('rotates by a quarter as a quarter turn', () => {
    expect(move({ maxRotate: 90 }, 0, 1)).toEqual(inPosition(image, shape, 6));
    expect(move({ maxRotate: 90 }, 0, 0)).toEqual(inPosition(image, shape, 5));
  });

  it('mirrors nothing, whatever it does: a place keeps its neighbors’ order', () => {
    const next = random(1, 'test');
    for (let i = 0; i < 200; i++) {
      const [a, b, , d, e, , g, h, w] = randomMatrix(shape, { ...presets.photo, minScale: 0.3 }, () => next);
      expect((a * e - b * d) / w - g * h).toBeGreaterThan(0);
    }
  });

  it('zooms into the part that is drawn, and no further out than the picture', () => {
    const corner = randomMatrix(shape, { maxZoom: 2 }, draw(0, 1, 0, 1));
    // Twice as large, at the left and the bottom: what was from -1 to 0 and from 0 to 1.
    expect(corner).toEqual([0.5, 0, -0.5, 0, 0.5, 0.5, 0, 0, 1]);
    expect(randomMatrix(shape, { minScale: 0.25 }, draw(0, 0.5, 0.5))).toEqual([
      0.5, 0, 0, 0, 0.5, 0, 0, 0, 1,
    ]);
  });

  it('bends the corners to where perspective puts them', () => {
    const [a, b, c, d, e, f, g, h, w] = randomMatrix(shape, { maxWarp: 0.2 }, draw(0, 1, 0, 0.25));
    const [x, y] = [0.2, -0.1];
    for (const [toX, toY, fromX, fromY] of [
      [-1, -1, -1 - y, -1 - x],
      [-1, 1, -1 + y, 1 + x],
      [1, -1, 1 + y, -1 + x],
      [1, 1, 1 - y, 1 - x],
    ] as const) {
      const depth = g * fromX + h * fromY + w;
      expect((a * fromX + b * fromY + c) / depth).toBeCloseTo(toX, 12);
      expect((d * fromX + e * fromY + f) / depth).toBeCloseTo(toY, 12);
    }
  });

  it('shifts by whole pixels exactly, and reflects, repeats or blackens at the edge', () => {
    const row = Uint8Array.from([10, 20, 30, 40, 50, 10, 20, 30, 40, 50]);
    // 0.4 of a side of 5 pixels, whose centers are 4 apart: 1.6 pixels; a quarter of that range is no shift at all.
    const shifted = (padMode: AugmentOptions['padMode']) => [
      ...moveGeometry(row, [2, 5, 1], { maxShift: 0.5, ...(padMode && { padMode }) }, draw(0, 1, 0.5)).slice(
        0,
        5,
      ),
    ];
    expect(shifted(undefined)).toEqual([30, 40, 50, 40, 30]);
    expect(shifted('border')).toEqual([30, 40, 50, 50, 50]);
    expect(shifted('zeros')).toEqual([30, 40, 50, 0, 0]);
  });
});

describe('lighting', () => {
  // python3: sig(f * (logit(b / 255) + logit(c))) of fastai's formulas, c = 0.5 * 1.2, f = exp(log(0.8) * 1)
  it('is the sigmoid of the changed logit', () => {
    const bytes = Uint8Array.from([0, 1, 64, 128, 200, 254, 255]);
    expect([...lighting(bytes, { maxLighting: 0.2 }, draw(0, 1))]).toEqual([0, 4, 93, 148, 203, 253, 255]);
    expect([...lighting(bytes, { maxLighting: 0.2 }, draw(0, 0))]).toEqual([0, 0, 34, 96, 192, 255, 255]);
    expect(lighting(bytes, { maxLighting: 0.2 }, draw(0.8))).toEqual(bytes);
  });
});

describe('dihedral', () => {
  it('has eight different positions, each undone by another', () => {
    const all = Array.from({ length: 8 }, (_, position) => inPosition(image, shape, position));
    expect(new Set(all.map((each) => each.join())).size).toBe(8);
    for (const each of all)
      expect(Array.from({ length: 8 }, (_, p) => inPosition(each, shape, p).join())).toContain(image.join());
  });

  it('takes square pictures alone', () => {
    const everywhere = () => {
      for (let index = 0; index < 20; index++)
        augmentImage(noise([3, 4, 1]), [3, 4, 1], { flipVert: true }, { seed: 1, epoch: 0, index });
    };
    expect(everywhere).toThrow(/expected a square picture, received 3x4/);
  });
});

describe('erase', () => {
  it('replaces one rectangle, of at most 30 % of the picture', () => {
    const flat = new Uint8Array(40 * 40).fill(255);
    let largest = 0;
    for (let i = 0; i < 300; i++) {
      const erased = erase(flat, [40, 40, 1], { erase: 1 }, random(i, 'test'));
      const places = [...erased.keys()].filter((place) => erased[place] !== 255);
      const rows = places.map((place) => Math.floor(place / 40));
      const columns = places.map((place) => place % 40);
      const area =
        (Math.max(...rows) - Math.min(...rows) + 1) * (Math.max(...columns) - Math.min(...columns) + 1);
      if (places.length > 0) expect(places.length).toBeGreaterThan(0.85 * area - 4);
      largest = Math.max(largest, places.length / 1600);
    }
    expect(largest).toBeGreaterThan(0.2);
    expect(largest).toBeLessThanOrEqual(0.31);
  });
});
