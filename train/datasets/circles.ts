// Counting circles: pictures of so many circles, drawn from a seed; their number is the class, or a number to be learned.
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { type Random, random } from '../random.ts';
import { countCircles } from './circles-count.ts';
import { digest, type MemoryDataset, type MemorySplit, sharedTargets } from './dataset.ts';
import { defineDataset } from './definition.ts';
import type { Validation } from './hold-out.ts';

/** What is drawn. Lengths are in pixels. */
const options = {
  /** Fewest and most circles in a picture; each number between is a class. */
  from: z.int().min(0),
  to: z.int().max(255),
  /** Smallest and largest radius; with equal ones the inked area tells the number. */
  radius: z.tuple([z.number().min(1), z.number().min(1)]),
  /** Least distance between two circles. Each is whole within the picture. */
  gap: z.number().min(0),
  /** Side of the square picture. */
  side: z.int().min(8).max(1024),
  /** Pictures to train on, and to test with. */
  train: z.int().min(1),
  test: z.int().min(1),
  /** The number is learned as a number; as a class if left out. */
  as: z.literal('regression').exactOptional(),
  /** Ranges of numbers, ends included, of which there is no picture to train on. */
  gaps: z.array(z.tuple([z.int(), z.int()])).exactOptional(),
};

export type CirclesOptions = Readonly<Omit<z.output<z.ZodObject<typeof options>>, 'radius' | 'gaps'>> & {
  readonly radius: readonly [smallest: number, largest: number];
  readonly gaps?: readonly (readonly [first: number, last: number])[];
};

/** How many pictures validate where nothing else is said. */
const VALIDATION = 2000;

export const drawnCircles = defineDataset({
  name: 'circles',
  options,
  validation: VALIDATION,
  load: drawCircles,
});

interface Circle {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

const PAPER = 255;
const INK = 40;

/** A picture starts again when a circle has found no room in so many tries; after so many pictures it is an error. */
const TRIES = 400;
const PICTURES = 200;

/** The data are the same in every training: its seed decides other things. */
const SEED = 1;

/**
 * Draws the dataset: dark circles on light paper, antialiased, none touching another or the edge; `[N,side,side,1]`.
 * A picture is a function of the options and its place, and every number of circles is as frequent as any other.
 * @param validation - How many pictures are drawn to validate with; or those of the test do, and there is no other test.
 * @throws UserError where so many circles find no room
 */
export function drawCircles(options: CirclesOptions, validation: Validation = 'test'): MemoryDataset {
  const { from, to, side, as } = options;
  if (to <= from) throw new UserError(`Circles from ${from} to ${to} are one class or none; expected more.`);
  const all = Array.from({ length: to - from + 1 }, (_, i) => i);
  const trained = all.filter((i) => !isInGap(from + i, options));
  if (trained.length < 2)
    throw new UserError(
      `Gaps leave ${trained.length} of the numbers from ${from} to ${to} to train on; expected two or more.`,
    );
  const splitOf = (name: 'train' | 'validation' | 'test', n: number): MemorySplit => {
    const images = new Uint8Array(new SharedArrayBuffer(n * side * side));
    const labels = new Uint8Array(new SharedArrayBuffer(n));
    const numbers = name === 'train' ? trained : all;
    for (let index = 0; index < n; index++) {
      labels[index] = numbers[index % numbers.length] ?? 0;
      const next = random(SEED, `circles/${name}`, index);
      const circles = placeCircles(from + (labels[index] ?? 0), options, next);
      draw(circles, images.subarray(index * side * side, (index + 1) * side * side), side);
    }
    if (as === undefined) return { images, labels, n };
    const targets = sharedTargets(Array.from(labels, (label) => from + label));
    return { images, labels: labels.fill(0), targets, n };
  };
  const shape = [side, side, 1] as const;
  const [train, test] = [splitOf('train', options.train), splitOf('test', options.test)];
  const own = validation === 'test' ? undefined : splitOf('validation', validation);
  return {
    name: `circles-${from}-${to}`,
    ...(as === undefined ? { labels: all.map((i) => String(from + i)) } : { task: as, labels: ['count'] }),
    shape,
    train,
    validation: own ?? test,
    ...(own && { test }),
    digests: {
      train: digest(train),
      validation: digest(own ?? test),
      ...(own && { test: digest(test) }),
    },
    ...(as === undefined && {
      labelOf: (image: Uint8Array) =>
        Math.max(-1, Math.min(to - from + 1, countCircles(image, shape) - from)),
    }),
  };
}

/** Whether no picture of so many circles is trained on. */
function isInGap(count: number, { gaps = [] }: Pick<CirclesOptions, 'gaps'>): boolean {
  return gaps.some(([first, last]) => first <= count && count <= last);
}

/** Places `count` circles at random, the larger ones first, since they find room least easily. */
export function placeCircles(
  count: number,
  { radius: [smallest, largest], gap, side }: Pick<CirclesOptions, 'radius' | 'gap' | 'side'>,
  next: Random,
): Circle[] {
  for (let picture = 0; picture < PICTURES; picture++) {
    const radii = Array.from({ length: count }, () => smallest + next() * (largest - smallest));
    radii.sort((a, b) => b - a);
    const circles: Circle[] = [];
    for (const radius of radii) {
      const circle = findRoom(circles, radius, gap, side, next);
      if (circle === undefined) break;
      circles.push(circle);
    }
    if (circles.length === count) return circles;
  }
  throw new UserError(
    `${count} circles with radii from ${smallest} to ${largest} pixels find no room in ${side}x${side}: draw fewer, smaller ones, or a larger picture.`,
  );
}

function findRoom(
  circles: readonly Circle[],
  radius: number,
  gap: number,
  side: number,
  next: Random,
): Circle | undefined {
  const margin = radius + 1;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const x = margin + next() * (side - 2 * margin);
    const y = margin + next() * (side - 2 * margin);
    const isFree = circles.every(
      (other) => (other.x - x) ** 2 + (other.y - y) ** 2 >= (other.radius + radius + gap) ** 2,
    );
    if (isFree) return { x, y, radius };
  }
  return undefined;
}

/** A pixel takes ink by how far its center is within the edge, from none half a pixel outside to all half inside. */
function draw(circles: readonly Circle[], picture: Uint8Array, side: number): void {
  picture.fill(PAPER);
  for (const { x, y, radius } of circles) {
    const reach = radius + 0.5;
    for (let row = Math.floor(y - reach); row <= y + reach; row++)
      for (let column = Math.floor(x - reach); column <= x + reach; column++) {
        const covered = reach - Math.sqrt((column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2);
        if (covered <= 0 || row < 0 || column < 0 || row >= side || column >= side) continue;
        picture[row * side + column] = Math.round(PAPER + (INK - PAPER) * Math.min(1, covered));
      }
  }
}
