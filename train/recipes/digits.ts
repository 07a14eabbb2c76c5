// Handwritten digits: a small network that reads MNIST, and what people draw on a page.
import { handwriting } from '../augment/index.ts';
import { defineRecipe } from './family.ts';

export const digits = defineRecipe({
  recipe: {
    name: 'digits',
    description: 'Handwritten digits 0 to 9, trained on MNIST',
    dataset: 'mnist',
    architecture: { name: 'small-cnn', filters: [16, 32, 64] },
    // Mean and deviation of the 60,000 training images.
    standardize: { mean: [0.1307], deviation: [0.3081] },
    prepare: { rule: 'digit' },
    augment: handwriting,
    optimizer: { name: 'adamw', beta2: 0.99, weightDecay: 0.01 },
    schedule: { name: 'one-cycle', learningRate: 0.01 },
    labelSmoothing: 0,
    batchSize: 128,
    epochs: 5,
    seed: 1,
  },
});
