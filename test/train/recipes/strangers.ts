// What somebody outside of this repository would define: one of each family, which no built-in list has.
import { z } from 'zod';
import { defineArchitecture } from '../../../train/architectures/index.ts';
import { defineTransform } from '../../../train/augment/transforms.ts';
import { digest, type MemorySplit } from '../../../train/datasets/dataset.ts';
import { defineDataset } from '../../../train/datasets/index.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { flatten } from '../../../train/layers/convolution.ts';
import { dense } from '../../../train/layers/dense.ts';
import { defineOptimizer } from '../../../train/optimizers/index.ts';
import { defineSchedule } from '../../../train/optimizers/schedules/index.ts';
import { defineRecipe } from '../../../train/recipes/family.ts';
import { builtIn, type Registry } from '../../../train/recipes/registry.ts';

/** One fully connected layer, its logits scaled. */
export const linear = defineArchitecture({
  name: 'linear',
  options: { scale: z.number().positive().default(1) },
  build:
    ({ scale }, classes) =>
    (net, images) =>
      tf.mul(dense(net, 'logits', flatten(images), { units: classes }), scale),
});

/** Dark and light pictures. */
export const shades = defineDataset({
  name: 'shades',
  options: { side: z.int().min(2), n: z.int().min(1) },
  load({ side, n }) {
    const split = (): MemorySplit => {
      const images = new Uint8Array(new SharedArrayBuffer(n * side * side));
      const labels = new Uint8Array(new SharedArrayBuffer(n));
      for (let i = 0; i < n; i++) {
        labels[i] = i % 2;
        images.fill(i % 2 === 0 ? 40 : 200, i * side * side, (i + 1) * side * side);
      }
      return { images, labels, n };
    };
    const [train, validation] = [split(), split()];
    const digests = { train: digest(train), validation: digest(validation) };
    return { name: 'shades', labels: ['dark', 'light'], shape: [side, side, 1], train, validation, digests };
  },
});

/** The sign of the gradient alone. */
export const signs = defineOptimizer({
  name: 'signs',
  options: { share: z.number().positive().default(1) },
  build: ({ share }) => ({
    slots: () => [],
    update: (weight, gradient, _, { learningRate }) => ({
      weight: tf.sub(weight, tf.mul(tf.sign(gradient), tf.mul(learningRate, share))),
      slots: {},
    }),
  }),
});

/** The peak, halved after so many shares of the steps. */
export const halving = defineSchedule({
  name: 'halving',
  options: { every: z.number().positive() },
  at: ({ learningRate, every }, done) => ({
    learningRate: learningRate / 2 ** Math.floor(done / every),
    momentum: 0,
  }),
});

/** Adds one brightness to every pixel. */
export const brighter = defineTransform({
  name: 'brighter',
  module: import.meta.url,
  fields: { brighter: z.int().min(1).max(50).exactOptional() },
  options: {},
  effects: [{ name: 'brighter', fields: ['brighter'], risk: 'none' }],
  isOn: ({ brighter: by }) => Boolean(by),
  apply: (image, { options }) => image.map((byte) => Math.min(255, byte + (options.brighter ?? 0))),
});

export const registry = {
  architectures: [...builtIn.architectures, linear],
  datasets: [...builtIn.datasets, shades],
  optimizers: [...builtIn.optimizers, signs],
  schedules: [...builtIn.schedules, halving],
  transforms: [...builtIn.transforms, brighter],
} as const satisfies Registry;

export const shadesOfGray = defineRecipe<typeof registry>({
  recipe: {
    name: 'shades-of-gray',
    description: 'Dark or light',
    dataset: 'shades',
    shades: { side: 4, n: 64 },
    architecture: { name: 'linear', scale: 2 },
    standardize: { mean: [0.5], deviation: [0.25] },
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
    augment: { flip: 'random', brighter: 20 },
    optimizer: { name: 'signs' },
    schedule: { name: 'halving', learningRate: 0.05, every: 0.5 },
    labelSmoothing: 0,
    batchSize: 8,
    epochs: 2,
    seed: 1,
  },
  options: [
    {
      name: 'net',
      description: 'Which network it is',
      standard: 'linear',
      values: { linear: {}, small: { architecture: { name: 'small-cnn', filters: [2, 2, 2] } } },
    },
  ],
});
