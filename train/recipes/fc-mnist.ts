// A lesson: a fully connected network learns digits from weights of deviation 1, and from weights that fit it.
import type { Family } from './family.ts';

export const fcMnist: Family = {
  recipe: {
    name: 'fc-mnist',
    description: 'A lesson: what the first weights do to a fully connected network',
    dataset: 'mnist',
    architecture: { name: 'fully-connected', units: [256, 256, 256], initializer: 'normal' },
    // Pixels from 0 to 1, as the series takes them.
    standardise: { mean: [0], deviation: [1] },
    prepare: { rule: 'digit' },
    augment: {},
    optimizer: { name: 'sgd' },
    schedule: { name: 'constant', learningRate: 1e-4 },
    labelSmoothing: 0,
    batchSize: 100,
    epochs: 5,
    seed: 1,
  },
  options: [
    {
      name: 'init',
      description: 'How the first weights are drawn',
      standard: 'normal',
      values: {
        normal: {},
        'variance-scaling': {
          architecture: { initializer: 'variance-scaling' },
          schedule: { learningRate: 0.1 },
        },
      },
    },
  ],
};
