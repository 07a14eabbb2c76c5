// What augmentation does, effect by effect; how much of a picture it hides, and how many labels it makes wrong.
import { describe, expect, it } from 'vitest';
import { effectsOf, isAugmented, lostShare, trialPosition } from '../../../train/augment/effects.ts';
import { isMirrored } from '../../../train/augment/flip.ts';
import { type AugmentOptions, augmentSchema } from '../../../train/augment/index.ts';
import { mixing } from '../../../train/augment/mix.ts';
import { transforms } from '../../../train/augment/transforms.ts';
import { warnOfLabels, wrongLabels } from '../../../train/augment/wrong-labels.ts';
import type { Dataset, Split } from '../../../train/datasets/dataset.ts';

const namesOf = (options: AugmentOptions) => effectsOf(options).map(({ name }) => name);

describe('the effects of options', () => {
  it('are those that are on, in the order in which they are applied, each with its own options', () => {
    expect(
      effectsOf({ maxLighting: 0.2, flip: 'random', maxRotate: 10, pAffine: 0.5, minZoom: 0.9 }).map(
        ({ name, alone }) => [name, alone],
      ),
    ).toEqual([
      ['mirror', { flip: 'random' }],
      ['rotation', { maxRotate: 10, pAffine: 0.5 }],
      ['zoom', { minZoom: 0.9, pAffine: 0.5 }],
      ['light', { maxLighting: 0.2 }],
    ]);
  });

  it('can each be turned on alone', () => {
    const values: Readonly<Record<string, unknown>> = {
      ...{ flip: 'random', flipVert: true, elastic: { alpha: 10, sigma: 4 }, translate: 2, padMode: 'zeros' },
      ...{ minZoom: 0.5, maxZoom: 2, minScale: 0.5 },
    };
    for (const { effects, isOn } of transforms)
      for (const { name, fields, decisive = 1 } of effects)
        for (const field of fields.slice(0, decisive)) {
          const options = augmentSchema.parse({ [field]: values[field] ?? 0.5 });
          expect(namesOf(options)).toEqual([name]);
          expect(isAugmented(options)).toBe(true);
          expect(transforms.filter((each) => each.isOn(options)).map((each) => each.isOn)).toEqual([isOn]);
        }
  });

  it('and options of the command line are those of the fields, each described', () => {
    const camel = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    for (const { fields, options } of [...transforms, mixing]) {
      expect(Object.keys(options).map(camel).sort()).toEqual(Object.keys(fields).sort());
      for (const [name, { field, description, valueHint }] of Object.entries(options)) {
        expect([name, field]).toEqual([name, camel(name)]);
        expect(description).toMatch(/^[A-Z].{10,}/);
        expect(valueHint).toMatch(/^(number|on|[a-z]+(\|[a-z]+)+)$/);
      }
    }
    for (const { name, fields, effects } of transforms) {
      expect(name).toMatch(/^[a-z]+$/);
      expect([...new Set(effects.flatMap((effect) => effect.fields))].sort()).toEqual(
        Object.keys(fields).sort(),
      );
      for (const effect of effects) expect(effect.name).toMatch(/^[a-z -]+$/);
    }
    const names = transforms.flatMap(({ effects }) => effects.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
  });

  it.each<AugmentOptions>([
    {},
    { padMode: 'zeros', pAffine: 1, pLighting: 1 },
    { maxRotate: 0, translate: 0, erase: 0 },
    { elastic: { alpha: 0, sigma: 4 } },
  ])('of %j are none', (options) => {
    expect(effectsOf(options)).toEqual([]);
    expect(isAugmented(options)).toBe(false);
    expect(transforms.filter(({ isOn }) => isOn(options))).toEqual([]);
  });

  it('leave mixing out, which is augmentation all the same', () => {
    expect(effectsOf({ mixup: 0.4 })).toEqual([]);
    expect(isAugmented({ mixup: 0.4 })).toBe(true);
    expect(isAugmented({ cutmix: 1 })).toBe(true);
  });
});

describe('the share of a picture that is lost', () => {
  it('is nothing where every pixel stays', () => {
    for (const options of [{}, { maxLighting: 0.9 }, { erase: 1 }, { flip: 'random' as const }])
      expect(lostShare(options)).toEqual({ mean: 0, most: 0 });
  });

  it('is what a crop leaves out, half of it on average where its area is uniform', () => {
    const { mean, most } = lostShare({ minScale: 0.01 });
    // 0.495 with a standard error of 0.06 for 24 draws.
    expect(Math.abs(mean - 0.495)).toBeLessThan(0.2);
    expect(most).toBeGreaterThan(0.7);
    expect(most).toBeLessThan(1);
  });

  it('does not count what comes in at the edges for it', () => {
    const shifted = { maxShift: 0.5, pAffine: 1 };
    const lost = lostShare(shifted);
    // Half a side at most along either axis: a share of 0.25 and 0.25, less where both are lost, 0.4375 on average.
    expect(Math.abs(lost.mean - 0.4375)).toBeLessThan(0.15);
    expect(lostShare({ ...shifted, padMode: 'border' })).toEqual(lost);
  });
});

/** Pictures of two pixels, the first of which is the label. */
function dataset(n: number, labelOf: Dataset['labelOf']): Dataset {
  const split: Split = {
    images: Uint8Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? Math.floor(i / 2) % 256 : 255)),
    labels: Uint8Array.from({ length: n }, (_, i) => i),
    n,
  };
  return {
    ...{ name: 'pairs', labels: [], shape: [1, 2, 1], train: split, validation: split },
    ...{ digests: { train: '', validation: '' }, ...(labelOf && { labelOf }) },
  };
}

describe('labels that augmentation makes wrong', () => {
  const first = (image: Uint8Array) => image[0] ?? -1;
  const mirrored = (n: number) =>
    Array.from({ length: n }, (_, i) => isMirrored('random', trialPosition(i, 0))).filter(Boolean).length;

  it('are those of the first 200 pictures that no longer show what they did', () => {
    expect(wrongLabels(dataset(5, first), { flip: 'random' })).toBe(mirrored(5) / 5);
    expect(wrongLabels(dataset(200, first), { flip: 'random' })).toBe(mirrored(200) / 200);
    expect(wrongLabels(dataset(210, first), { flip: 'random' })).toBe(mirrored(200) / 200);
    expect(wrongLabels(dataset(200, first), {})).toBe(0);
    expect(wrongLabels(dataset(200, undefined), { flip: 'random' })).toBeUndefined();
  });

  it('are warned of from one in a hundred on, with the effects that make them so', () => {
    const wrongFrom = (label: number) => (image: Uint8Array) =>
      (image[0] ?? 0) >= label ? -1 : first(image);
    expect(warnOfLabels(dataset(200, wrongFrom(199)), {})).toBeUndefined();
    expect(warnOfLabels(dataset(200, wrongFrom(198)), {})).toMatch(
      /^Augmentation makes 1 % of the labels wrong/,
    );
    expect(warnOfLabels(dataset(200, undefined), { flip: 'random' })).toBeUndefined();
    const share = Math.round((100 * mirrored(200)) / 200);
    expect(warnOfLabels(dataset(200, first), { flip: 'random', maxRotate: 1e-9 })).toContain(
      `(mirror ${share} %)`,
    );
  });

  it('are named the most frequent first', () => {
    // A mirrored picture still tells its label, unless that is below 20; an erased one does not.
    const both = ([left = 0, right = 0]: Uint8Array) =>
      right === 255 ? left : left === 255 && right >= 20 ? right : -1;
    const warning = warnOfLabels(dataset(200, both), { flip: 'random', erase: 1 }) ?? '';
    const shares = [...warning.matchAll(/(mirror|erasing) (\d+) %/g)].map(([, , share]) => Number(share));
    expect(shares).toHaveLength(2);
    expect(warning.indexOf('erasing')).toBeLessThan(warning.indexOf('mirror'));
    expect(shares[0]).toBeGreaterThan(shares[1] ?? 100);
  });
});

it('looks at single transforms where no training has been', () => {
  const positions = Array.from({ length: 9 }, (_, i) => trialPosition(Math.floor(i / 3), i % 3));
  expect(new Set(positions.map(({ epoch, index }) => `${epoch} ${index}`)).size).toBe(9);
  expect(positions[5]).toMatchObject({ index: 1, epoch: 2 });
});
