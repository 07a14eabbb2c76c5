// All transforms together: one image as one epoch shows it.
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Shape } from '../../../models/image/shape.ts';
import { type AugmentOptions, augmentImage, handwriting } from '../../../train/augment/index.ts';
import type { MemoryDataset } from '../../../train/datasets/index.ts';
import { mnist as definition } from '../../../train/datasets/mnist.ts';
import { noise } from './pictures.ts';

const at = { seed: 1, epoch: 2, index: 3 };
const everything: AugmentOptions = { ...handwriting, translate: 2, flip: 'random' };

/** All 60,000 training images: none is kept for validation. */
let mnist: MemoryDataset;
beforeAll(async () => {
  mnist = await definition.load({}, 'test');
});
const digit = (index: number) => mnist.train.images.subarray(index * 784, (index + 1) * 784);
const sum = (image: Uint8Array) => image.reduce((total, value) => total + value, 0);

describe('augmentImage', () => {
  const shape: Shape = [28, 28, 1];

  it.each<[string, AugmentOptions]>([
    ['absent', {}],
    ['zero', { rotate: 0, shift: 0, translate: 0, thickness: 0, elastic: { alpha: 0, sigma: 4 } }],
  ])('shows the image itself when all is %s', (_, options) => {
    expect(augmentImage(digit(0), shape, options, at)).toEqual(digit(0));
  });

  it('leaves its argument as it is', () => {
    const image = noise([12, 12, 3]);
    const before = image.slice();
    augmentImage(image, [12, 12, 3], everything, at);
    expect(image).toEqual(before);
  });

  it('shows the same again, and another in another seed, epoch or place', () => {
    const seen = augmentImage(digit(3), shape, handwriting, at);
    expect(augmentImage(digit(3), shape, handwriting, at)).toEqual(seen);
    for (const other of [{ seed: 2 }, { epoch: 3 }, { index: 4 }]) {
      expect(augmentImage(digit(3), shape, handwriting, { ...at, ...other })).not.toEqual(seen);
    }
  });

  it("doesn't let one transform change what another draws", () => {
    const twice = augmentImage(digit(3), shape, { thickness: 0.5 }, at);
    expect(augmentImage(digit(3), shape, { thickness: 0.5, rotate: 10 }, at)).toEqual(
      augmentImage(twice, shape, { rotate: 10 }, at),
    );
    const small = augmentImage(digit(3), shape, { rotate: 10 }, at);
    expect(augmentImage(digit(3), shape, { rotate: 10, zoom: 0 }, at)).toEqual(small);
  });

  // A change here changes every training and breaks the resuming of those under way.
  it('keeps its pixels for good', () => {
    const hash = createHash('sha256');
    for (let index = 0; index < 100; index++) {
      hash.update(augmentImage(digit(index), shape, everything, { seed: 1, epoch: 0, index }));
    }
    expect(hash.digest('hex')).toBe('eb46c7e46e5c0bf89cbbcd63824c99bbcd0f9b147bb9c4f80733647c1269d7a4');
  });
});

describe('handwriting', () => {
  it('keeps the digit whole: most of its ink is there, and near the center', () => {
    for (let index = 0; index < 500; index++) {
      const image = augmentImage(digit(index), mnist.shape, handwriting, { seed: 1, epoch: 0, index });
      const ink = sum(image) / sum(digit(index));
      expect(ink).toBeGreaterThan(0.35);
      expect(ink).toBeLessThan(2.2);
      const [x, y] = center(image);
      expect(Math.hypot(x - 13.5, y - 13.5)).toBeLessThan(6);
    }
  });
});

function center(image: Uint8Array): [x: number, y: number] {
  let [x, y] = [0, 0];
  image.forEach((value, place) => {
    x += value * (place % 28);
    y += value * Math.floor(place / 28);
  });
  return [x / sum(image), y / sum(image)];
}
