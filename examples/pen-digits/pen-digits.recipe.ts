// Digits of MNIST and of people with a pen on a tablet, whose 1, 4, 7 and 9 are often others than MNIST's.
import { defineDataset, defineRecipe, loadDataset, preparePicture } from 'trainyard/train';
import { drawStrokes } from './draw.ts';
import { readPens, type WrittenDigit } from './pens.ts';

/** The last 8 of 30 people are kept apart. */
const LAST_WRITER = 22;

/** Widths of the line, in pixels of the picture: each digit is drawn with all of them. MNIST's are 4.5 to 6. */
const PENS = [3.5, 4.4, 5.3, 6.2];

const SHAPE = [28, 28, 1] as const;
const SIZE = 28 * 28;

function* pictures(digits: readonly WrittenDigit[], pens: readonly number[]) {
  for (const { label, strokes } of digits)
    for (const pen of pens)
      yield { image: preparePicture(drawStrokes(strokes, pen), SHAPE, { rule: 'digit' }), label };
}

const penDigits = defineDataset({
  name: 'mnist-and-pen-digits',
  load: async () => {
    const path = process.env.PENDIGITS;
    if (path === undefined)
      throw new Error('PENDIGITS has no value: expected the path of pendigits-orig.tra');
    const written = readPens(path);
    const mnist = await loadDataset('mnist');
    const images = ({ images, labels }: (typeof mnist)['train']) =>
      Array.from(labels, (label, i) => ({ image: images.subarray(i * SIZE, (i + 1) * SIZE), label }));
    return {
      labels: mnist.labels,
      shape: SHAPE,
      train: [
        ...images(mnist.train),
        ...pictures(
          written.filter(({ writer }) => writer <= LAST_WRITER),
          PENS,
        ),
      ],
      valid: [
        ...images(mnist.test),
        ...pictures(
          written.filter(({ writer }) => writer > LAST_WRITER),
          [5],
        ),
      ],
    };
  },
});

export default defineRecipe({
  name: 'pen-digits',
  model: 'digits',
  description: 'Handwritten digits 0 to 9, trained on MNIST and on the pen digits of 22 people',
  dataset: penDigits,
  architecture: { name: 'small-cnn', filters: [16, 32, 64] },
  standardize: { mean: [0.1307], deviation: [0.3081] },
  prepare: { rule: 'digit' },
  augment: {
    rotate: 12,
    zoom: 0.12,
    stretch: 0.1,
    shear: 10,
    shift: 2,
    elastic: { alpha: 36, sigma: 5 },
    thickness: 0.4,
  },
  optimizer: { name: 'adamw', beta2: 0.99, weightDecay: 0.01 },
  schedule: { name: 'one-cycle', learningRate: 0.01 },
  average: { decay: 0.998, every: 4 },
  batchSize: 128,
  epochs: 40,
});
