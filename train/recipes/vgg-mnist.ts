// A lesson: a VGG, with batch norm, reads digits that are padded to its 32x32 pixels.
import type { RecipeInput } from './recipe.ts';

export const vggMnist: RecipeInput = {
  name: 'vgg-mnist',
  description: 'A lesson: a deep network (VGG) on digits',
  dataset: 'mnist',
  architecture: { name: 'vgg', batchNorm: true, dropout: 0.5 },
  // Mean and deviation of the 60,000 training images.
  standardise: { mean: [0.1307], deviation: [0.3081] },
  prepare: { rule: 'digit' },
  augment: { rotate: 10, zoom: 0.1, shift: 2 },
  optimizer: { name: 'nesterov', weightDecay: 5e-4 },
  schedule: { name: 'one-cycle', learningRate: 0.05 },
  labelSmoothing: 0,
  batchSize: 125,
  epochs: 4,
  seed: 1,
};
