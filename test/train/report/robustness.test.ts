// What is said of augmentation: what leaves the frame, which labels become wrong, how answers move.
import { describe, expect, it } from 'vitest';
import { type AugmentOptions, effectsOf, lostShare, presets } from '../../../train/augment/index.ts';
import { transforms } from '../../../train/augment/transforms.ts';
import { warnOfLabels, wrongLabels } from '../../../train/augment/wrong-labels.ts';
import { drawCircles } from '../../../train/datasets/circles.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { robustnessOf } from '../../../train/report/robustness.ts';

const drawn = (count: string) => {
  const { circles } = findRecipe('circles', {}, { count });
  if (circles === undefined) throw new Error('the recipe draws no circles');
  return drawCircles({ ...circles, train: 60, test: 40 });
};

describe('effectsOf', () => {
  it('finds each that is on, with its options alone, and knows all that can be asked for', () => {
    expect(effectsOf(presets.photo).map(({ name, alone }) => [name, alone])).toEqual([
      ['mirror', { flip: 'random' }],
      ['rotation', { maxRotate: 10 }],
      ['zoom', { maxZoom: 1.1 }],
      ['perspective', { maxWarp: 0.2 }],
      ['light', { maxLighting: 0.2 }],
    ]);
    expect(effectsOf({ rotate: 0, minZoom: 0.8, pAffine: 1 }).map(({ alone }) => alone)).toEqual([
      { minZoom: 0.8, pAffine: 1 },
    ]);
    const names = transforms.flatMap(({ effects }) => effects.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('lostShare', () => {
  it.each<[string, AugmentOptions, number, number]>([
    ['nothing, if the picture is mirrored, turned or lit', { flipVert: true, maxLighting: 0.3 }, 0, 0],
    // From 0.16 of the area to all of it is seen, 0.58 on average, give or take the dots' size.
    ['what a crop leaves out', { minScale: 0.16 }, 0.42, 0.84],
    ['what a shift moves out', { maxShift: 0.5, pAffine: 1 }, 0.35, 0.75],
  ])('is %s', (_, options, mean, most) => {
    const lost = lostShare(options);
    expect(Math.abs(lost.mean - mean)).toBeLessThan(0.12);
    expect(lost.most).toBeLessThanOrEqual(most);
  });
});

describe('labels that become wrong', () => {
  it('are none with the presets that keep everything in the frame', () => {
    for (const count of ['1-5', '45-49', 'various']) {
      const dataset = drawn(count);
      expect(wrongLabels(dataset, {})).toBe(0);
      expect(wrongLabels(dataset, presets.gentle)).toBe(0);
      expect(wrongLabels(dataset, { flipVert: true })).toBe(0);
      expect(warnOfLabels(dataset, presets.gentle)).toBeUndefined();
    }
  });

  it('are most with fastai’s defaults where many circles are counted, and the warning tells why', () => {
    const dataset = drawn('45-49');
    // Measured: 0.79 of 200 pictures, perspective alone 0.78, rotation alone 0.54.
    expect(wrongLabels(dataset, presets.photo)).toBeGreaterThan(0.6);
    expect(warnOfLabels(dataset, presets.photo)).toMatch(
      /^Augmentation makes \d+ % of the labels wrong: .* \(perspective \d+ %, rotation \d+ %.*`--augment gentle` keeps/,
    );
  });
});

describe('robustnessOf', () => {
  // A "network" whose answer is the top left pixel, of ten shades: it sees light and movement, and nothing else.
  const shade = (images: Uint8Array, size: number) =>
    Float32Array.from({ length: (images.length / size) * 10 }, (_, i) =>
      Math.floor((images[Math.floor(i / 10) * size] ?? 0) / 25.6) === i % 10 ? 5 : 0,
    );
  const side = 8;
  const size = side * side * 3;
  const images = Uint8Array.from({ length: 60 * size }, (_, i) => {
    const [index, place] = [Math.floor(i / size), i % size];
    // The left half has the label's shade, the right half is black.
    return Math.floor(place / 3) % side < side / 2 ? (index % 10) * 25.6 + 12 : 0;
  });
  const split = { images, labels: Uint8Array.from({ length: 60 }, (_, i) => i % 10), n: 60 };
  const dataset = {
    name: 'shades',
    labels: Array.from({ length: 10 }, (_, i) => String(i)),
    shape: [side, side, 3] as const,
    train: split,
    validation: split,
    digests: { train: '', validation: '' },
  };

  it('tells what moves the answers of a network, and what does not', () => {
    const {
      n,
      errorRate,
      transforms: moved,
    } = robustnessOf((all) => shade(all, size), dataset, {
      augment: { flip: 'random', maxRotate: 5 },
    });
    expect([n, errorRate]).toEqual([60, 0]);
    const of = (name: string) => moved.find((each) => each.name === name);
    expect(moved.map(({ name, trained }) => [name, trained])).toEqual([
      ['mirror', true],
      ['rotation', true],
      ['zoom', false],
      ['perspective', false],
      ['light', false],
    ]);
    // Half of the pictures are mirrored, nine in ten of those are then taken for black.
    expect(Math.abs((of('mirror')?.errorRate ?? 0) - 0.45)).toBeLessThan(0.15);
    expect(of('mirror')?.changed).toBe(of('mirror')?.errorRate);
    expect(of('mirror')?.lost.most).toBe(0);
    expect(of('zoom')?.lost.most).toBeGreaterThan(0);
    expect(of('rotation')?.errorRate).toBeLessThan(0.1);
    expect(of('light')?.changed).toBeGreaterThan(0.1);
    expect(of('light')?.wrong).toBeUndefined();
  });
});
