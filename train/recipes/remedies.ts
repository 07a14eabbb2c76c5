// A lesson: the remedies against overfitting, each alone and all together, on a VGG that has too few pictures.
import type { Changes, Family } from './family.ts';

const remedy = {
  augmentation: { augment: { flip: 'random', translate: 3 } },
  l2: { optimizer: { weightDecay: 5e-4 } },
  dropout: { architecture: { dropout: 0.5 } },
  'batch-norm': { architecture: { batchNorm: true } },
  'more-data': { images: 50_000 },
  'larger-net': { architecture: { widths: [64, 128, 256, 512] } },
} as const satisfies Record<string, Changes>;

export const remedies: Family = {
  recipe: {
    name: 'remedies',
    description: 'A lesson: what helps against overfitting, one by one and together',
    dataset: 'cifar10',
    images: 10_000,
    architecture: { name: 'vgg', batchNorm: false, widths: [32, 64, 128, 256], hidden: 512 },
    // Mean and deviation of the 50,000 training images.
    standardise: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'centre' },
    augment: {},
    optimizer: { name: 'momentum', weightDecay: 0 },
    schedule: { name: 'cosine', learningRate: 0.02, warmUp: 0.1 },
    labelSmoothing: 0,
    batchSize: 100,
    epochs: 25,
    // As many for every remedy, whatever an epoch is.
    steps: 2500,
    seed: 1,
  },
  options: [
    {
      name: 'remedy',
      description: 'Which remedy is taken',
      standard: 'none',
      values: {
        none: {},
        ...remedy,
        all: {
          ...remedy.augmentation,
          ...remedy.l2,
          ...remedy['more-data'],
          architecture: {
            ...remedy.dropout.architecture,
            ...remedy['batch-norm'].architecture,
            ...remedy['larger-net'].architecture,
          },
        },
      },
    },
  ],
};
