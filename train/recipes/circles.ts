// Counting circles: what an augmentation that cuts away part of a picture does where every part counts.
import { presets } from '../augment/index.ts';
import type { Family } from './family.ts';

const PICTURES = { side: 96, gap: 2, train: 10_000, test: 2000 };

export const circles: Family = {
  recipe: {
    name: 'circles',
    description: 'A lesson: counting circles, and augmentation that makes labels wrong',
    dataset: 'circles',
    circles: { from: 1, to: 5, radius: [8, 8], ...PICTURES },
    architecture: { name: 'small-cnn', filters: [16, 32, 64], head: 'average' },
    // Light paper, a few dark circles.
    standardise: { mean: [0.8], deviation: [0.3] },
    prepare: { rule: 'resize', filter: 'bilinear', crop: 'stretch' },
    // Nothing leaves the frame: what is counted stays there.
    augment: presets.gentle,
    optimizer: { name: 'adamw', beta2: 0.99, weightDecay: 0.01 },
    schedule: { name: 'one-cycle', learningRate: 0.01 },
    labelSmoothing: 0,
    batchSize: 64,
    epochs: 3,
    seed: 1,
  },
  options: [
    {
      name: 'count',
      description: 'How many circles there are',
      standard: '1-5',
      values: {
        '1-5': {},
        '45-49': { circles: { from: 45, to: 49, radius: [4, 4] }, epochs: 6 },
        various: { circles: { from: 45, to: 49, radius: [2.5, 6] }, epochs: 12 },
      },
    },
  ],
};
