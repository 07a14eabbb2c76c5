// Progressive resizing: what smaller pictures are, when they are seen, and that a training over the change resumes to the bit.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { MemoryDataset } from '../../../train/datasets/dataset.ts';
import { checkSizes, sizeAt, sizesInWords, stepPhases } from '../../../train/loop/phases.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { createRun } from '../../../train/runs/run.ts';
import { smallMnist } from '../small-mnist.ts';
import { trainInPieces } from '../train-in-pieces.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-sizes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const network = {
  name: 'small-cnn' as const,
  filters: [4, 8, 8] as [number, number, number],
  head: 'average' as const,
};
const recipe = findRecipe('digits', {
  epochs: 4,
  batchSize: 20,
  augment: {},
  architecture: network,
  sizes: [14],
});
const dataset = await smallMnist(100, 40);

describe('sizes', () => {
  const freeze = { epochs: 2, schedule: recipe.schedule };

  it.each<[object, number[], [number, number | undefined][]]>([
    [{}, [0], [[0, undefined]]],
    [
      { sizes: [128] },
      [0, 0.5],
      [
        [0, 128],
        [0.49, 128],
        [0.5, undefined],
      ],
    ],
    [
      { sizes: [64, 128] },
      [0, 0.3, 0.7],
      [
        [0.2, 64],
        [0.3, 128],
        [0.6, 128],
        [0.7, undefined],
        [1, undefined],
      ],
    ],
    // The frozen epochs are at their own size: features have none.
    [
      { sizes: [128], freeze },
      [0, 0.2, 0.6],
      [
        [0, undefined],
        [0.2, 128],
        [0.59, 128],
        [0.6, undefined],
      ],
    ],
    [
      { sizes: [128], groups: [{ match: 'a', until: 0.3 }] },
      [0, 0.3, 0.5],
      [
        [0.3, 128],
        [0.5, undefined],
      ],
    ],
  ])('%o', (given, phases, sizes) => {
    const own = { epochs: 10, groups: [], ...given };
    expect(stepPhases(own)).toEqual(phases);
    for (const [done, size] of sizes) expect([done, sizeAt(own, done)]).toEqual([done, size]);
  });

  it('are told', () => {
    expect(sizesInWords({ epochs: 10, sizes: [128], freeze }, [224, 224, 3])).toBe(
      'Pictures are seen at 128x128 from epoch 3 on, 224x224 from epoch 7 on; every epoch is validated at 224x224.',
    );
    expect(sizesInWords({ epochs: 10 }, [224, 224, 3])).toBeUndefined();
  });

  it.each([
    [{ sizes: [28] }, '--sizes 28,28: expected each to be larger than the one before'],
    [{ sizes: [16, 8] }, '--sizes 16,8,28: expected each'],
    [
      { architecture: { name: 'small-cnn', filters: [4, 8, 8] } },
      'small-cnn has weights for pictures of one size',
    ],
  ])('%o are refused', (changes, message) => {
    expect(() => checkSizes({ ...recipe, ...changes } as typeof recipe, dataset)).toThrow(message);
  });
});

describe('a training over two sizes', () => {
  it('sees the means of four pixels, then the pictures themselves', () => {
    const n = 20;
    const images = dataset.train.images.subarray(0, n * 784);
    const inputs = {
      ...{ labels: Int32Array.from(dataset.train.labels.subarray(0, n)) },
      ...{ learningRate: 0, momentum: 0.9, step: 1, seed: [1, 2] as const },
    };
    // By hand. Whole numbers, as bytes are: each pixel four times that of the small picture.
    const small = Uint8Array.from({ length: n * 196 }, (_, i) => {
      const [image, y, x] = [Math.floor(i / 196), Math.floor((i % 196) / 14), i % 14];
      return images[image * 784 + y * 56 + x * 2] ?? 0;
    });
    const large = Uint8Array.from({ length: n * 784 }, (_, i) => {
      const [image, y, x] = [Math.floor(i / 784), Math.floor((i % 784) / 28), i % 28];
      return small[image * 196 + (y >> 1) * 14 + (x >> 1)] ?? 0;
    });
    const { sizes: _, ...plain } = recipe;
    const smaller: MemoryDataset = { ...dataset, shape: [14, 14, 1] };
    const [both, ofSmall, ofLarge] = [
      createTraining(recipe, dataset),
      createTraining(plain, smaller),
      createTraining(plain, dataset),
    ];
    const loss = (step: typeof both, pictures: Uint8Array, done: number) =>
      step.run({ ...inputs, images: pictures, done }).loss;
    expect(loss(both, large, 0.49)).toBeCloseTo(loss(ofSmall, small, 0), 6);
    expect(loss(both, large, 0.5)).toBeCloseTo(loss(ofLarge, large, 0), 6);
    expect(Math.abs(loss(both, large, 0) - loss(both, large, 0.5))).toBeGreaterThan(0.001);
    for (const step of [both, ofSmall, ofLarge]) step.dispose();
  });

  it.each([[7], [13]])(
    'ends with the same bytes when it is interrupted after %d of 20 steps',
    async (stopAt) => {
      const bytes = async (at?: number) => {
        const run = createRun(folder, recipe, {});
        await trainInPieces({ recipe, dataset, run }, at);
        return readFileSync(run.last);
      };
      expect((await bytes(stopAt)).equals(await bytes())).toBe(true);
    },
  );
});
