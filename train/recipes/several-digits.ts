// Several digits in one picture: which of the ten are there, each answered for itself.
import { defineRecipe } from './family.ts';

export const severalDigits = defineRecipe({
  recipe: {
    name: 'several-digits',
    description: 'A lesson: several labels, which of ten digits are in a picture',
    task: 'multi',
    dataset: 'several-digits',
    // Its figures in RESULTS.md are of a training on all training digits.
    validation: 'test',
    architecture: { name: 'small-cnn', filters: [32, 64, 128], head: 'average' },
    // A picture has four times the paper of MNIST's, and two digits on average.
    standardize: { mean: [0.065], deviation: [0.22] },
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'stretch' },
    augment: {},
    optimizer: { name: 'adamw', beta2: 0.99, weightDecay: 0.01 },
    schedule: { name: 'one-cycle', learningRate: 0.005 },
    labelSmoothing: 0,
    batchSize: 64,
    epochs: 4,
    seed: 1,
  },
  lesson:
    'One to three digits are in each picture, and each of the ten classes is a question of its own: is it there? A sigmoid answers each for itself, where a softmax would have to share one answer among all. What counts as an answer is decided by a threshold for each label, chosen on pictures that training never sees.',
});
