// Finds pictures that look the same on both sides of the split: validation would measure memory, not understanding.

import type { NearDuplicate } from './findings.ts';
import { distance } from './perceptual-hash.ts';
import { byCodePoint } from './walk.ts';

export interface Hashed {
  readonly path: string;
  /** Of the file's bytes. */
  readonly hash: string;
  /** Of what it looks like: 16 hexadecimal digits. */
  readonly look: string;
}

/** Bits of 64 in which two pictures of the same may differ. */
export const MOST_BITS = 4;

/** More are of no use to a reader. */
const MOST_PAIRS = 1000;

/** Where thousands of pictures look alike (drawings, blank pages), so many are compared with each. */
const MOST_CANDIDATES = 200;

/**
 * Pairs across the split whose perceptual hashes differ by `MOST_BITS` at most, the closest first. Hashes are cut
 * into five parts: two that differ by four bits agree in one part at least, so only those are compared
 * (Manku, Jain and Das Sarma 2007, "Detecting Near-Duplicates for Web Crawling", section 3).
 *
 * @param isSame - Looks at a pair more closely; hashes of plain pictures agree by chance.
 */
export function findNearDuplicates(
  train: readonly Hashed[],
  test: readonly Hashed[],
  isSame: (train: number, test: number) => boolean,
): NearDuplicate[] {
  const words = train.map(({ look }) => wordsOf(look));
  const parts = PARTS.map((part) => {
    const places = new Map<number, number[]>();
    for (const [i, { look }] of train.entries()) {
      const key = part(look);
      const found = places.get(key);
      if (found === undefined) places.set(key, [i]);
      else found.push(i);
    }
    return places;
  });
  const pairs: NearDuplicate[] = [];
  for (const [j, { path, look, hash }] of test.entries()) {
    const [high, low] = wordsOf(look);
    const candidates = new Set(
      PARTS.flatMap((part, k) => parts[k]?.get(part(look))?.slice(0, MOST_CANDIDATES) ?? []),
    );
    for (const i of candidates) {
      const [otherHigh, otherLow] = words[i] ?? [0, 0];
      const bits = distance(high, low, otherHigh, otherLow);
      const other = train[i];
      if (bits > MOST_BITS || other === undefined) continue;
      if (other.hash === hash || isSame(i, j)) pairs.push({ train: other.path, test: path, distance: bits });
    }
  }
  return pairs
    .sort((a, b) => a.distance - b.distance || byCodePoint(a.test, b.test) || byCodePoint(a.train, b.train))
    .slice(0, MOST_PAIRS);
}

/** The five parts of 64 bits, each by its lowest bit and its width. */
const PARTS = [
  [51, 13],
  [38, 13],
  [25, 13],
  [12, 13],
  [0, 12],
].map(
  ([lowest = 0, width = 0]) =>
    (look: string) =>
      Number(BigInt.asUintN(width, BigInt(`0x${look}`) >> BigInt(lowest))),
);

function wordsOf(look: string): [high: number, low: number] {
  return [Number.parseInt(look.slice(0, 8), 16) | 0, Number.parseInt(look.slice(8), 16) | 0];
}
