// The networks that are raced, as recipes, and the batch they train on.
import type { Shape } from '../../../models/image/shape.ts';
import type { MemorySplit } from '../../../train/datasets/dataset.ts';
import { random } from '../../../train/random.ts';
import { findRecipe, type Recipe, resolveRecipe, stepsOf } from '../../../train/recipes/index.ts';
import { folderNetworks, USUAL } from '../../../train/recipes/networks.ts';

export const CLASSES = 10;

export interface Network {
  title: string;
  shape: Shape;
  recipe: Recipe;
  /** Pictures in the whole training, where the network's recipe is one of ours. */
  pictures?: number;
}

const momentum = {
  optimizer: { name: 'momentum' },
  schedule: { name: 'constant', learningRate: 0.001 },
  standardize: { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] },
  batchSize: 100,
};

const digits = findRecipe('digits');
const cifarFast = findRecipe('cifar-fast', { tta: 'none' });
const vgg = (batchNorm: boolean) =>
  resolveRecipe({
    ...digits,
    ...momentum,
    name: 'vgg',
    architecture: { name: 'vgg', batchNorm },
    augment: { flip: 'random', translate: 4 },
  });

/** What `train ./photos` does after its head's stage, beginning with drawn weights. */
const {
  pretrained: _pretrained,
  freeze: _freeze,
  ...fineTuning
} = folderNetworks.get(USUAL)?.recipe ?? digits;

export const networks: Readonly<Record<string, Network>> = {
  mnist: { title: 'MNIST CNN, batch 128', shape: [28, 28, 1], recipe: digits },
  vgg: { title: 'VGG-CIFAR, batch 100', shape: [32, 32, 3], recipe: vgg(false) },
  'vgg-norm': {
    title: 'VGG-CIFAR with batch norm, batch 100',
    shape: [32, 32, 3],
    recipe: vgg(true),
  },
  // The step after its first layer's bias has been trained, as in 70 % of the steps.
  'cifar-fast': {
    title: 'airbench94, batch 1,024',
    shape: [32, 32, 3],
    recipe: cifarFast,
    pictures: stepsOf(cifarFast, Math.floor(50_000 / cifarFast.batchSize)) * cifarFast.batchSize,
  },
  'fine-tuning': {
    title: 'Fine-tuning of EfficientNet-Lite0, 224 pixels, batch 32',
    shape: [224, 224, 3],
    recipe: resolveRecipe({ ...digits, ...fineTuning, name: 'fine-tuning', augment: { flip: 'random' } }),
  },
};

export function networkOf(name: string): Network {
  const network = networks[name];
  if (network === undefined)
    throw new Error(`there is no network ${name}; there are ${Object.keys(networks).join(', ')}`);
  return network;
}

/** `n` random pictures and labels, in memory that threads may share. */
export function randomSplit(n: number, [height, width, channels]: Shape): MemorySplit {
  const next = random(1, 'bench');
  const images = new Uint8Array(new SharedArrayBuffer(n * height * width * channels));
  for (let i = 0; i < images.length; i++) images[i] = next() * 256;
  const labels = new Uint8Array(new SharedArrayBuffer(n));
  for (let i = 0; i < n; i++) labels[i] = next() * CLASSES;
  return { images, labels, n };
}
