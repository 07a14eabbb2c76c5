// A lesson: a fully connected network learns digits from weights of deviation 1, and from weights that fit it.
import { defineRecipe } from './family.ts';

/**
 * With deviation 1, each layer's values are 11 times those before it (the root of half of 256): the first logits lie
 * in the thousands, and what learns most is confidence. One epoch at 0.001 gives 87 % and a cost of 129, two give
 * 88 % and 78; the series had 85.75 % and 108. Larger rates diverge (0.01), smaller ones stay behind (0.0001: 83 %, 553).
 * With He's and Glorot's deviations the same network bears a rate of 0.2.
 */
export const fcMnist = defineRecipe({
  recipe: {
    name: 'fc-mnist',
    description: 'A lesson: what the first weights do to a fully connected network',
    dataset: 'mnist',
    // As what it is compared with was measured: trained on all training images, tested after every epoch.
    validation: 'test',
    architecture: { name: 'fully-connected', units: [256, 256, 256], initializer: 'normal' },
    // Pixels from 0 to 1, as the series takes them.
    standardize: { mean: [0], deviation: [1] },
    prepare: { rule: 'digit' },
    augment: {},
    optimizer: { name: 'sgd' },
    schedule: { name: 'constant', learningRate: 1e-3 },
    labelSmoothing: 0,
    batchSize: 100,
    epochs: 1,
    seed: 1,
  },
  lesson:
    'What a network learns hangs on the weights it begins with. Four fully connected layers read digits, from weights of one size for every layer, and from weights that fit each layer.',
  options: [
    {
      name: 'init',
      description: 'How the first weights are drawn',
      standard: 'normal',
      values: {
        normal: {},
        'variance-scaling': {
          architecture: { initializer: 'variance-scaling' },
          schedule: { name: 'cosine', learningRate: 0.2 },
          epochs: 10,
        },
      },
      lessons: {
        normal:
          'Every weight is drawn with a standard deviation of 1. A value of a hidden layer adds 256 products, half of which ReLU has made zero, so the variance grows about 128 times from layer to layer: see the ratios in [Activations](#activations). Softmax is all but certain of its answers before anything is learned, and the cost is the price of certainty where it is wrong: large although most answers are right. From such weights a learning rate of 0.01 diverges; 0.001 is taken.',
        'variance-scaling':
          'Weights are drawn with a variance of 2 / inputs before a ReLU (He et al. 2015, arXiv 1502.01852) and of 2 / (inputs + outputs) before the answer (Glorot and Bengio 2010). Values keep their size from layer to layer, see [Activations](#activations); the first cost is near ln 10 = 2.30, which is what knowing nothing costs; and the same network bears a learning rate of 0.2 in place of 0.001.',
      },
    },
  ],
});
