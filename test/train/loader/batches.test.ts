// What is in a batch: each image once an epoch, in an order that the seed decides.
import { describe, expect, it } from 'vitest';
import { createBatches, createSlot } from '../../../train/loader/batches.ts';
import type { BatchOptions } from '../../../train/loader/types.ts';
import { n, options, stepsPerEpoch } from './examples.ts';

function batch(
  step: number,
  changed: Partial<BatchOptions> = {},
  write = createBatches({ ...options, ...changed }),
) {
  const slot = createSlot(8, 16);
  write(step, slot);
  return slot;
}

const epoch = (number: number, changed: Partial<BatchOptions> = {}) =>
  Array.from({ length: stepsPerEpoch }, (_, step) => [
    ...batch(number * stepsPerEpoch + step, changed).labels,
  ]).flat();

describe('createBatches', () => {
  it.each([0, 1, 2])('shows no image twice in epoch %i, and leaves over what fills no batch', (number) => {
    const labels = epoch(number);
    expect(labels.length).toBe(48);
    expect(new Set(labels).size).toBe(48);
  });

  it('shows every image exactly once in an epoch that its batches divide', () => {
    const whole = Array.from({ length: 5 }, (_, step) => [
      ...createAndWrite({ ...options, batchSize: 10 }, 10 + step),
    ]).flat();
    expect(whole.sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, index) => index));
  });

  it('leaves other images over in other epochs', () => {
    const leftOver = (number: number) =>
      Array.from({ length: n }, (_, index) => index).filter((index) => !epoch(number).includes(index));
    expect(new Set([0, 1, 2, 3].map((number) => leftOver(number).join())).size).toBeGreaterThan(1);
  });

  it('orders by seed and epoch', () => {
    expect(epoch(0)).toEqual(epoch(0));
    expect(epoch(1)).not.toEqual(epoch(0));
    expect(epoch(0, { seed: 2 })).not.toEqual(epoch(0));
  });

  it('shows the source pixels, with their labels, when nothing is augmented', () => {
    const { images, labels } = batch(9);
    expect([...images]).toEqual([...labels].flatMap((label) => new Array<number>(16).fill(label)));
  });

  it('gives the same whatever was asked for before', () => {
    const augmented = { augment: { rotate: 10, shift: 1, elastic: { alpha: 10, sigma: 2 } } };
    const write = createBatches({ ...options, ...augmented });
    const fresh = Array.from({ length: 20 }, (_, step) => batch(step, augmented));
    for (const step of [0, 19, 3, 12, 3, 5, 6]) expect(batch(step, {}, write)).toEqual(fresh[step]);
  });

  it('augments an image differently in each epoch', () => {
    // Thickness makes a flat image darker at its edge only, by a share that is drawn for each image and epoch.
    const augment = { thickness: 1 };
    const seen = new Set<string>();
    for (let step = 0; step < 20 * stepsPerEpoch; step++) {
      const { images, labels } = batch(step, { augment });
      labels.forEach((label, row) => {
        if (label === 49) seen.add(images.subarray(row * 16, row * 16 + 16).join());
      });
    }
    expect(seen.size).toBeGreaterThan(5);
  });
});

function createAndWrite(changed: BatchOptions, step: number): Int32Array {
  const slot = createSlot(changed.batchSize, 16);
  createBatches(changed)(step, slot);
  return slot.labels;
}
