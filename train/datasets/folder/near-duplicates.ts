// Finds pictures of validation or of the test that look the same as one of training: they would measure memory, not
// understanding.
import { gray } from '../../../models/image/gray.ts';
import type { Shape } from '../../../models/image/shape.ts';
import type { NearDuplicate } from './findings.ts';
import { byCodePoint } from './list-files.ts';
import { distance } from './perceptual-hash.ts';

export interface Hashed {
  readonly path: string;
  /** Of the file's bytes. */
  readonly hash: string;
  /** Of what it looks like: 16 hexadecimal digits. */
  readonly look: string;
}

/**
 * Bits of 64 in which two pictures of the same may differ, and how their grays must correlate beyond that. Measured
 * on CIFAR-10: copies twice as large, lighter by 15 %, as JPEG of quality 80 are so close in 994 of 1,000; of 50 million
 * pairs of a training and a test picture, 15 are, 45 by their hashes alone.
 */
export const MOST_BITS = 8;
const SAME = 0.93;

/** A reader can use no more. */
const MOST_PAIRS = 1000;

/** Where thousands of pictures look alike (drawings, blank pages), so many are looked at for each. */
const MOST_LOOKS = 100;

/**
 * Pairs of a training picture and one of another side that look the same, the closest first. Every hash is compared with every other, which takes
 * seconds for 100,000 pictures.
 *
 * @param isSame - Looks at a pair more closely, since hashes of plain pictures agree by chance.
 */
export function findNearDuplicates(
  train: readonly Hashed[],
  others: readonly Hashed[],
  side: NearDuplicate['side'],
  isSame: (train: number, other: number) => boolean,
): NearDuplicate[] {
  const [high, low] = wordsOf(train);
  const [otherHigh, otherLow] = wordsOf(others);
  const pairs: NearDuplicate[] = [];
  for (const [j, { path }] of others.entries()) {
    const [ownHigh, ownLow] = [otherHigh[j] ?? 0, otherLow[j] ?? 0];
    let looks = 0;
    for (let i = 0; i < high.length && looks < MOST_LOOKS; i++) {
      const bits = distance(ownHigh, ownLow, high[i] ?? 0, low[i] ?? 0);
      if (bits > MOST_BITS) continue;
      looks++;
      if (isSame(i, j)) pairs.push({ train: train[i]?.path ?? '', other: path, side, distance: bits });
    }
    if (pairs.length >= MOST_PAIRS) break;
  }
  return pairs.sort(
    (a, b) => a.distance - b.distance || byCodePoint(a.other, b.other) || byCodePoint(a.train, b.train),
  );
}

/** Pairs of places of pictures that look the same, of all of one list. */
export function pairsAlike(
  pictures: readonly Pick<Hashed, 'look'>[],
  isSame: (i: number, j: number) => boolean,
): [number, number][] {
  const [high, low] = wordsOf(pictures);
  const pairs: [number, number][] = [];
  for (let j = 1; j < high.length; j++) {
    let looks = 0;
    for (let i = 0; i < j && looks < MOST_LOOKS; i++) {
      if (distance(high[j] ?? 0, low[j] ?? 0, high[i] ?? 0, low[i] ?? 0) > MOST_BITS) continue;
      looks++;
      if (isSame(i, j)) pairs.push([i, j]);
    }
  }
  return pairs;
}

/** Whether two pictures `[H,W,C]` uint8 show the same, brightness and contrast aside. */
export function looksSame(a: Uint8Array, b: Uint8Array, shape: Shape): boolean {
  return correlation(grays(a, shape), grays(b, shape)) > SAME;
}

function grays(data: Uint8Array, [height, width, channels]: Shape): Uint8Array {
  const { data: out } = gray({ data, width, height, channels: channels === 1 ? 1 : 3 });
  return new Uint8Array(out);
}

/** Pearson's; NaN where one of the two is the same everywhere. */
function correlation(a: Uint8Array, b: Uint8Array): number {
  const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [both, squaresA, squaresB] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[i] ?? 0) - meanB];
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return both / Math.sqrt(squaresA * squaresB);
}

function wordsOf(pictures: readonly Pick<Hashed, 'look'>[]): [high: Int32Array, low: Int32Array] {
  const word = (from: number) =>
    Int32Array.from(pictures, ({ look }) => Number.parseInt(look.slice(from, from + 8), 16));
  return [word(0), word(8)];
}
