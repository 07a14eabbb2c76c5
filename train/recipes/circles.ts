// Counting circles: what an augmentation that cuts away part of a picture does where every part counts.
import { presets } from '../augment/index.ts';
import { defineRecipe } from './family.ts';

const PICTURES = { side: 96, gap: 2, train: 10_000, test: 2000 };

export const circles = defineRecipe({
  recipe: {
    name: 'circles',
    description: 'A lesson: counting circles, and augmentation that makes labels wrong',
    dataset: 'circles',
    circles: { from: 1, to: 5, radius: [8, 8], ...PICTURES },
    architecture: { name: 'small-cnn', filters: [16, 32, 64], head: 'average' },
    // Light paper, a few dark circles.
    standardize: { mean: [0.8], deviation: [0.3] },
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
  lesson:
    "How many circles are there? Where every part of a picture counts, an augmentation that cuts part of it away teaches wrong answers. `--augment photo`, fastai's defaults for photographs, is one of these; without it, all of a picture stays in its frame ([Sample batch](#sample-batch)).",
  options: [
    {
      name: 'count',
      description: 'How many circles there are',
      standard: '1-5',
      values: {
        '1-5': {},
        '45-49': { circles: { from: 45, to: 49, radius: [4, 4] }, epochs: 6 },
        various: { circles: { from: 45, to: 49, radius: [2.5, 6] }, epochs: 12 },
        '30-60': {
          circles: {
            from: 30,
            to: 60,
            radius: [3, 3],
            gaps: [
              [36, 38],
              [48, 50],
            ],
          },
          epochs: 12,
        },
      },
      lessons: {
        '1-5':
          'Few circles, far apart: with `--augment photo` about one label in nine becomes wrong, too few to do harm.',
        '45-49':
          'As many as fit, of one size. With `--augment photo` most pictures lose a circle, and the count that is taught is wrong: the [Confusions](#confusion) are beside the diagonal. Of equal circles the ink alone tells how many there are.',
        various:
          'As many, of many sizes, so that the ink does not tell how many there are: they have to be counted.',
        '30-60':
          'No picture with 36 to 38 or 48 to 50 circles is trained on. What has learned classes never answers with those; what has learned a number (`--as regression`) can.',
      },
    },
    {
      name: 'as',
      description: 'Whether the number is a class, or a number',
      standard: 'single',
      isLater: true,
      values: {
        single: {},
        regression: { task: 'regression', circles: { as: 'regression' } },
      },
      lessons: {
        single:
          'As a class: each number is one of its own, and an answer is one of those that were trained on. That 46 is nearer to 47 than to 49 is not known.',
        regression:
          'As a number: an answer may be between two, and wrong answers are wrong by so much. Classes know nothing of each other; numbers have an order.',
      },
    },
  ],
});
