// Separates the digit from the rest of the ink: noise, specks, edges.
import type { Plane } from './area.ts';
import { type Box, type Component, type Components, findComponents } from './connected-components.ts';
import { quantile } from './quantile.ts';
import { otsu } from './threshold.ts';

/** Levels by which ink must stand out from the paper. */
const MIN_CONTRAST = 20;

/** Standard deviation of normal noise, in units of its median absolute deviation. */
const SIGMA = 1.4826;

/** Noise below this, in levels, is none: the picture was drawn, not photographed. */
const CLEAN = 0.5;

/** A component with at least this share of the largest one's mass belongs to the digit. */
const MIN_MASS = 0.04;

/** The level of a pen: this quantile of what is above the threshold. */
export const PEN = 0.9;

/** A pen at least this dark is taken as it is; a paler one is darkened to 255. */
export const DARK = 224;

/** The digit alone, `[height, width]` from 0 to 255, and the box around it. */
export interface Region {
  readonly plane: Plane;
  readonly box: Box;
}

/** Finds the digit in a plane of ink; undefined when there is none. */
export function digitRegion(ink: Plane): Region | undefined {
  const { data } = ink;
  const median = quantile(data, 0.5);
  const noise = SIGMA * quantile(distances(data, median), 0.5);
  const { threshold, low, high } = otsu(histogramOf(data));
  if (high - low < Math.max(MIN_CONTRAST, 4 * noise)) return undefined;
  // Stryker disable next-line EqualityOperator: no noise is the bound to its last bit
  const clean = noise < CLEAN;
  const found = findComponents(ink, clean ? 0 : Math.max(median + 4 * noise, low + 0.25 * (high - low)));
  const kept = choose(found.parts, threshold, clean);
  if (kept.length === 0) return undefined;
  return { plane: alone(ink, found, kept, threshold), box: around(kept) };
}

// Loops by hand: `map` and `filter` of a photo take three times as long.

function distances(data: Float32Array, from: number): Float32Array {
  const out = new Float32Array(data.length);
  // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
  for (let i = 0; i < out.length; i++) out[i] = Math.abs((data[i] ?? 0) - from);
  return out;
}

/** The components that belong to the digit: of a drawing all, of a photo the largest one and what is not a speck. */
function choose(parts: readonly Component[], threshold: number, clean: boolean): readonly Component[] {
  if (clean) return parts;
  const strong = parts.filter(({ peak }) => peak > threshold);
  const largest = strong.reduce((most, { mass }) => Math.max(most, mass), 0);
  // Stryker disable next-line EqualityOperator: no sum is the bound to its last bit
  return strong.filter(({ mass, edge }) => mass === largest || (mass > MIN_MASS * largest && !edge));
}

/** The pixels of the kept components, darkened when the pen was pale. */
function alone(
  { data, width, height }: Plane,
  { parts, label }: Components,
  kept: readonly Component[],
  threshold: number,
): Plane {
  const strong = new Float32Array(data.length);
  let n = 0;
  // Stryker disable next-line EqualityOperator: behind the end there is no level
  for (let i = 0; i < data.length; i++) {
    const level = data[i] ?? 0;
    if (level > threshold) strong[n++] = level;
  }
  const peak = quantile(strong.subarray(0, n), PEN);
  const gain = peak >= DARK ? 1 : 255 / peak;
  const isKept = new Uint8Array(parts.length + 1);
  for (const { id } of kept) isKept[id] = 1;
  const out = new Float32Array(data.length);
  // Stryker disable next-line EqualityOperator: what stands behind the end of a typed array is dropped
  for (let i = 0; i < out.length; i++)
    if (isKept[label[i] ?? 0] === 1) out[i] = Math.min(255, (data[i] ?? 0) * gain);
  return { data: out, width, height };
}

function around(parts: readonly Component[]): Box {
  return {
    left: Math.min(...parts.map(({ box }) => box.left)),
    right: Math.max(...parts.map(({ box }) => box.right)),
    top: Math.min(...parts.map(({ box }) => box.top)),
    bottom: Math.max(...parts.map(({ box }) => box.bottom)),
  };
}

function histogramOf(data: Float32Array): Float64Array {
  const histogram = new Float64Array(256);
  for (let i = 0; i < data.length; i++) {
    const level = Math.min(255, Math.round(data[i] ?? 0));
    // Stryker disable next-line ArithmeticOperator: of numbers below zero, means and shares are the same
    histogram[level] = (histogram[level] ?? 0) + 1;
  }
  return histogram;
}
