// A hash of what a picture looks like: equal or close for copies that were resized, recompressed or lightened.
import { gray } from '../../../models/image/gray.ts';
import type { Picture } from '../../../models/image/picture.ts';
import { resize } from '../../../models/image/resize.ts';

/** Pixels along a side that the transform sees, and frequencies along an axis that are kept. */
const SIDE = 32;
const KEPT = 8;

/** cos((2x + 1) u pi / 2 SIDE) for u below KEPT. */
const cosines = Float64Array.from({ length: KEPT * SIDE }, (_, i) => {
  const [u, x] = [Math.floor(i / SIDE), i % SIDE];
  return Math.cos(((2 * x + 1) * u * Math.PI) / (2 * SIDE));
});

/**
 * pHash: the signs of the 8x8 lowest frequencies of the gray picture at 32x32, about their median; 64 bits in 16
 * hexadecimal digits. Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions", section 3.2.1.
 */
export function perceptualHash(picture: Picture): string {
  const { data } = resize(gray(picture), SIDE, SIDE, 'bilinear');
  const across = new Float64Array(SIDE * KEPT);
  for (let y = 0; y < SIDE; y++)
    for (let u = 0; u < KEPT; u++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += (data[y * SIDE + x] ?? 0) * (cosines[u * SIDE + x] ?? 0);
      across[y * KEPT + u] = sum;
    }
  const frequencies = Array.from({ length: KEPT * KEPT }, (_, i) => {
    const [v, u] = [Math.floor(i / KEPT), i % KEPT];
    let sum = 0;
    for (let y = 0; y < SIDE; y++) sum += (across[y * KEPT + u] ?? 0) * (cosines[v * SIDE + y] ?? 0);
    return sum;
  });
  // The first is the mean brightness, which says nothing of the shape.
  // Stryker disable next-line MethodExpression: it is the largest of all, and would stand behind the median
  const median = frequencies.slice(1).sort((a, b) => a - b)[31] ?? 0;
  const bits = frequencies.map((value) => (value > median ? '1' : '0')).join('');
  return BigInt(`0b${bits}`).toString(16).padStart(16, '0');
}

/** Bits in which two hashes of 64 bits differ, each given as two 32-bit words. */
export function distance(aHigh: number, aLow: number, bHigh: number, bLow: number): number {
  return ones(aHigh ^ bHigh) + ones(aLow ^ bLow);
}

/** Bits that are set in 32; Warren, "Hacker's Delight", figure 5-2. */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
