// A lesson: one convolutional network, three ways to draw its first weights, three optimizers.
import type { Family } from './family.ts';

export const convMnist: Family = {
  recipe: {
    name: 'conv-mnist',
    description: 'A lesson: first weights and optimizers of a convolutional network',
    dataset: 'mnist',
    architecture: { name: 'conv-net', filters: [32, 64], units: 1024, initializer: 'variance-scaling' },
    // Pixels from 0 to 1, as the series takes them.
    standardise: { mean: [0], deviation: [1] },
    prepare: { rule: 'digit' },
    augment: {},
    optimizer: { name: 'sgd' },
    schedule: { name: 'constant', learningRate: 0.05 },
    labelSmoothing: 0,
    batchSize: 100,
    epochs: 5,
    seed: 1,
  },
  options: [
    {
      name: 'init',
      description: 'How the first weights are drawn',
      standard: 'variance-scaling',
      values: {
        normal: { architecture: { initializer: 'normal' }, schedule: { learningRate: 1e-6 } },
        small: { architecture: { initializer: 'small' }, schedule: { learningRate: 0.01 } },
        'variance-scaling': {},
      },
    },
    {
      name: 'optimizer',
      description: 'What follows the gradient',
      standard: 'sgd',
      values: {
        sgd: {},
        momentum: { optimizer: { name: 'momentum' } },
        adam: { optimizer: { name: 'adam' }, schedule: { learningRate: 1e-3 } },
      },
    },
  ],
};
