// The order of an epoch: each picture once, or every class as often, a function of seed and epoch.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TransformDefinition } from '../../../train/augment/transform.ts';
import { createBatches, createSlot } from '../../../train/loader/batches.ts';
import { openLoader } from '../../../train/loader/index.ts';
import { balanced, shuffled } from '../../../train/loader/order.ts';
import { options, take } from './examples.ts';

/** Labels of classes of any sizes, some of which have no picture. */
const someLabels = fc.array(fc.constantFrom<number>(0, 0, 0, 0, 1, 1, 3, 7), { minLength: 1, maxLength: 60 });

const countOf = (all: Iterable<number>) => {
  const counts = new Map<number, number>();
  for (const one of all) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
};

/** Fills a picture with a random number. */
const noted: TransformDefinition = {
  name: 'noted',
  fields: {},
  options: {},
  effects: [],
  isOn: () => true,
  apply: (image, { draws }) => image.map(() => Math.floor(256 * draws('noted')())),
};

describe('balanced', () => {
  it('shows every class as often, to within one, and each picture of a class as often', () => {
    fc.assert(
      fc.property(someLabels, fc.integer(), fc.nat(1000), (list, seed, epoch) => {
        const labels = Uint8Array.from(list);
        const { pictures, repeats } = balanced({ labels, n: labels.length }, seed, epoch);
        expect(pictures).toHaveLength(labels.length);
        const classes = countOf([...pictures].map((index) => labels[index] ?? -1));
        expect([...classes.keys()].every((label) => list.includes(label))).toBe(true);
        expect(Math.max(...classes.values()) - Math.min(...classes.values())).toBeLessThanOrEqual(1);
        const shown = countOf(pictures);
        for (const [label] of classes) {
          const own = [...labels.keys()].filter((index) => labels[index] === label);
          const times = own.map((index) => shown.get(index) ?? 0);
          expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
        }
        // How often it was shown before.
        const before = new Map<number, number>();
        for (const [i, index] of pictures.entries()) {
          expect(repeats[i]).toBe(before.get(index) ?? 0);
          before.set(index, (before.get(index) ?? 0) + 1);
        }
      }),
    );
  });

  it('is another order in another epoch and for another seed, and the same for the same', () => {
    const split = { labels: Uint8Array.from({ length: 40 }, (_, i) => Number(i < 4)), n: 40 };
    const order = (seed: number, epoch: number) => balanced(split, seed, epoch).pictures.join();
    expect(order(1, 2)).toBe(order(1, 2));
    expect(new Set([order(1, 2), order(1, 3), order(2, 2)]).size).toBe(3);
  });

  it('shows a picture that comes again with another augmentation', () => {
    const { split } = options;
    const labels = split.labels.map((_, i) => Number(i > 0)); // picture 0 is a class of its own
    const write = createBatches({
      ...options,
      ...{ split: { ...split, labels }, batchSize: split.n, sampling: 'balanced', augment: { translate: 2 } },
      transforms: [noted],
    });
    const slot = createSlot(split.n, 16);
    write(0, slot);
    const own = [...slot.labels.keys()].filter((row) => slot.labels[row] === 0);
    expect(own).toHaveLength(split.n / 2);
    const seen = new Set(own.map((row) => slot.images[row * 16]));
    expect(seen.size).toBeGreaterThan(10);
  });
});

it('a loader shows every class as often', async () => {
  const { split } = options;
  const labels = new Uint8Array(new SharedArrayBuffer(split.n)).fill(1);
  labels.set([0, 0, 0]);
  const loader = await openLoader({
    ...options,
    split: { ...split, labels },
    batchSize: 10,
    sampling: 'balanced',
  });
  const seen = take(loader, 5).flatMap((batch) => [...batch.labels]);
  await loader.close();
  expect(seen.filter((label) => label === 0)).toHaveLength(split.n / 2);
});

it('each picture once, where nothing is asked', () => {
  const { pictures, repeats } = shuffled(40, 1, 2);
  expect([...pictures].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  expect([...repeats].every((repeat) => repeat === 0)).toBe(true);
});
