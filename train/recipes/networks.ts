// The networks that a folder of pictures can be trained with, each with the numbers that suit it.
import type { Pretrained } from '../architectures/pretrained.ts';
import type { RecipeInput } from './recipe.ts';

export interface FolderNetwork {
  readonly description: string;
  /** Side of its input, pixels, unless another is asked for. */
  readonly size: number;
  readonly recipe: Pick<
    RecipeInput,
    | 'architecture'
    | 'pretrained'
    | 'backbone'
    | 'standardize'
    | 'optimizer'
    | 'schedule'
    | 'freeze'
    | 'groups'
    | 'batchSize'
    | 'epochs'
  >;
}

/** Mean and deviation of ImageNet's training pictures, which stand for photographs of any kind. */
export const PHOTOGRAPHS = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

const adamw = { name: 'adamw', beta2: 0.99, weightDecay: 0.01 } as const;

/** As fastai's `fit_one_cycle` has it, but for the peak. */
const fromScratch = {
  standardize: PHOTOGRAPHS,
  optimizer: adamw,
  schedule: { name: 'one-cycle', learningRate: 0.003 },
  batchSize: 64,
  epochs: 20,
} as const;

/**
 * How a network of ImageNet is fitted to other pictures.
 *
 * @param early - blocks of its first half, which learn slowest.
 */
function fineTuned(name: Pretrained, dropout: number, early: number): FolderNetwork['recipe'] {
  return {
    architecture: { name, dropout },
    pretrained: name,
    // (byte - 127) / 128, as it was trained.
    standardize: { mean: [127 / 255, 127 / 255, 127 / 255], deviation: [128 / 255, 128 / 255, 128 / 255] },
    optimizer: adamw,
    // fastai's `fine_tune`: a frozen stage at a higher rate, then 0.3 of a cycle up from a fifth of the peak.
    freeze: { epochs: 5, schedule: { name: 'one-cycle', learningRate: 0.01 } },
    schedule: { name: 'one-cycle', learningRate: 0.001, warmUp: 0.3, divide: 5 },
    // From a hundredth to the whole of the rate in three groups, as fastai's slice(rate / 100, rate).
    groups: [
      { match: `^(stem|block[1-${early}])/`, learningRate: 0.01 },
      { match: '^(block|top)', learningRate: 0.1 },
    ],
    batchSize: 32,
    epochs: 10,
  };
}

const networks: Readonly<Record<string, FolderNetwork>> = {
  'efficientnet-lite0': {
    description: 'trained on ImageNet: first its head on what it sees, then all of it',
    size: 224,
    recipe: fineTuned('efficientnet-lite0', 0.2, 6),
  },
  'efficientnet-lite1': {
    description: 'the same with more layers: a little more accurate, half slower',
    size: 240,
    recipe: fineTuned('efficientnet-lite1', 0.2, 8),
  },
  'efficientnet-lite2': {
    description: 'the same, wider and with more layers: more accurate, twice as slow',
    size: 260,
    recipe: fineTuned('efficientnet-lite2', 0.3, 8),
  },
  resnet18: {
    description: 'from scratch, for some thousands of photographs',
    size: 128,
    recipe: { architecture: { name: 'resnet' }, ...fromScratch },
  },
  'resnet-small': {
    description: 'from scratch, for small pictures',
    size: 32,
    recipe: {
      architecture: { name: 'resnet', blocks: [1, 1, 1, 1], widths: [32, 64, 128, 256], stem: 'small' },
      ...fromScratch,
    },
  },
  'small-cnn': {
    description: 'from scratch, smaller and faster',
    size: 64,
    recipe: { architecture: { name: 'small-cnn', filters: [32, 64, 128] }, ...fromScratch, epochs: 10 },
  },
};

/** What is trained on the features of a file from elsewhere. */
export const onFeatures = {
  architecture: { name: 'head', dropout: 0.2 },
  optimizer: adamw,
  schedule: { name: 'one-cycle', learningRate: 0.01 },
  batchSize: 32,
  epochs: 10,
} as const;

/** What is trained where no network is named. */
export const USUAL = 'efficientnet-lite0';

export const folderNetworks: ReadonlyMap<string, FolderNetwork> = new Map(Object.entries(networks));
