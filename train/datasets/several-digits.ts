// Several digits in a picture: one to three of MNIST, of different classes, placed at random; each class is a label.
import { type Random, random } from '../random.ts';
import { digest, type MemoryDataset, type MemorySplit, sharedTargets } from './dataset.ts';
import { defineDataset } from './definition.ts';
import { mnist } from './mnist.ts';

/** Side of a picture, and of a digit, pixels. */
const SIDE = 56;
const DIGIT = 28;

/** MNIST's digits fit into a box of 20 pixels around the middle: boxes that far apart do not touch. */
const BOX = 20;

/** Most digits in a picture. */
const MOST = 3;

/** The data are the same in every training. */
const SEED = 1;

/** As many pictures as MNIST has, made of its training and of its test images. */
export const severalDigits = defineDataset({
  name: 'several-digits',
  validation: 5000,
  load: async (_options, validation) => placeDigits(await mnist.load({}, validation)),
});

/**
 * Places digits on empty pictures of 56x56: `[N,56,56,1]`. A picture is a function of the digits and its place; one, two
 * and three digits are as frequent. Each part is made of the digits of that part.
 */
export function placeDigits(digits: MemoryDataset): MemoryDataset {
  const train = placeAll('train', digits, digits.train);
  // Where the test validates, its pictures are the same.
  const validation = placeAll(digits.test ? 'validation' : 'test', digits, digits.validation);
  const test = digits.test && placeAll('test', digits, digits.test);
  return {
    name: 'several-digits',
    task: 'multi',
    labels: digits.labels,
    shape: [SIDE, SIDE, 1],
    train,
    validation,
    ...(test && { test }),
    digests: {
      ...{ train: digest(train), validation: digest(validation) },
      ...(test && { test: digest(test) }),
    },
  };
}

function placeAll(
  name: 'train' | 'validation' | 'test',
  { labels: classes }: MemoryDataset,
  source: MemorySplit,
): MemorySplit {
  const { n } = source;
  const images = new Uint8Array(new SharedArrayBuffer(n * SIDE * SIDE));
  const targets = sharedTargets(new Float32Array(n * classes.length));
  for (let index = 0; index < n; index++) {
    const next = random(SEED, `several-digits/${name}`, index);
    const chosen = choose(source, 1 + (index % MOST), next);
    const picture = images.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE);
    for (const [i, corner] of cornersFor(chosen.length, next).entries()) {
      const digit = chosen[i] ?? 0;
      draw(source.images.subarray(digit * DIGIT * DIGIT, (digit + 1) * DIGIT * DIGIT), corner, picture);
      targets[index * classes.length + (source.labels[digit] ?? 0)] = 1;
    }
  }
  return { images, labels: new Uint8Array(new SharedArrayBuffer(n)), targets, n };
}

/** So many digits of different classes. */
function choose({ labels, n }: MemorySplit, count: number, next: Random): number[] {
  const chosen: number[] = [];
  while (chosen.length < count) {
    const index = Math.floor(next() * n);
    if (chosen.every((other) => labels[other] !== labels[index])) chosen.push(index);
  }
  return chosen;
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

/** Where digits have their upper left corners: their boxes are within the picture, and apart. */
function cornersFor(count: number, next: Random): Corner[] {
  const margin = (DIGIT - BOX) / 2;
  const place = () => Math.floor(next() * (SIDE - BOX + 1)) - margin;
  for (;;) {
    const corners = Array.from({ length: count }, () => ({ x: place(), y: place() }));
    const areApart = corners.every((a, i) =>
      corners.slice(0, i).every((b) => Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) >= BOX),
    );
    if (areApart) return corners;
  }
}

/** The lighter of what is there and of the digit; what lies outside is empty. */
function draw(digit: Uint8Array, { x, y }: Corner, picture: Uint8Array): void {
  for (let row = 0; row < DIGIT; row++)
    for (let column = 0; column < DIGIT; column++) {
      const [at, value] = [(y + row) * SIDE + x + column, digit[row * DIGIT + column] ?? 0];
      const isInside = y + row >= 0 && y + row < SIDE && x + column >= 0 && x + column < SIDE;
      if (isInside && value > (picture[at] ?? 0)) picture[at] = value;
    }
}
