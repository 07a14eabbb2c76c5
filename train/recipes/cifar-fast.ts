// CIFAR-10 in minutes: airbench94, with Nesterov momentum and lookahead.
import { defineRecipe } from './family.ts';

/**
 * Jordan 2024, https://arxiv.org/abs/2404.00498, and https://github.com/KellerJordan/cifar10-airbench
 * (legacy/airbench94.py), whose numbers are for sums over 1,024 images with "decoupled" hyperparameters:
 * 11.5 / (1 + 1 / (1 - 0.85)) = 1.5 is the learning rate here, where the loss is a mean, and
 * 0.0153 / 11.5 = 0.00133 the weight decay. The biases of batch norm learn 64 times faster and decay 64 times less.
 */
const WEIGHT_DECAY = 0.0153 / 11.5;
const BIAS = 64;

export const cifarFast = defineRecipe({
  recipe: {
    name: 'cifar-fast',
    model: 'cifar',
    description: 'Ten kinds of things on 32x32 photographs, trained on CIFAR-10 to 94 % (airbench94)',
    dataset: 'cifar10',
    architecture: { name: 'airbench', widths: [64, 256, 256] },
    // Mean and deviation of the 50,000 training images.
    standardize: { mean: [0.4914, 0.4822, 0.4465], deviation: [0.247, 0.2435, 0.2616] },
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'center' },
    augment: { flip: 'alternating', translate: 2 },
    optimizer: { name: 'nesterov', weightDecay: WEIGHT_DECAY },
    schedule: { name: 'triangle', learningRate: 1.5, start: 0.2, warmUp: 0.23, end: 0.07, momentum: 0.85 },
    groups: [
      { match: '^whiten/kernel$', learningRate: 0 },
      // The first layer's bias is trained for three of ten epochs: later its gradient is not worth its time.
      { match: '^whiten/bias$', until: 0.3 },
      { match: '/norm[12]/beta$', learningRate: BIAS, weightDecay: WEIGHT_DECAY / BIAS },
    ],
    lookahead: { every: 5, decay: 0.95 ** 5, power: 3 },
    labelSmoothing: 0.2,
    tta: 'mirror-shift',
    batchSize: 1024,
    epochs: 10,
    seed: 1,
  },
});
