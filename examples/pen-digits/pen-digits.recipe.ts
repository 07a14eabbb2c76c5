// Digits of MNIST and of people with a pen on a tablet, whose 1, 4, 7 and 9 are often others than MNIST's.
import { defineDataset, defineRecipe, loadDataset, preparePicture } from 'trainyard/train';
import { drawStrokes } from './draw.ts';
import { readPens, type WrittenDigit } from './pens.ts';

/** Of 30 people 19 are trained on; the 3 after them validate, and the last 8 are looked at once, at the end. */
const [LAST_TRAINED, LAST_VALIDATING] = [19, 22];

/** Widths of the line, in pixels of the picture: each digit to train on is drawn with all of them. MNIST's are 4.5 to 6. */
const PENS = [3.5, 4.4, 5.3, 6.2];
const PEN = [5];

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
    const of = (first: number, last: number) =>
      written.filter(({ writer }) => writer >= first && writer <= last);
    return {
      labels: mnist.labels,
      shape: SHAPE,
      train: [...images(mnist.train), ...pictures(of(1, LAST_TRAINED), PENS)],
      valid: [...images(mnist.validation), ...pictures(of(LAST_TRAINED + 1, LAST_VALIDATING), PEN)],
      test: [...images(mnist.test), ...pictures(of(LAST_VALIDATING + 1, Number.POSITIVE_INFINITY), PEN)],
    };
  },
});

export default defineRecipe({
  name: 'pen-digits',
  model: 'digits',
  description: 'Handwritten digits 0 to 9, trained on MNIST and on the pen digits of 19 people',
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
