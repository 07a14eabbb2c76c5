// Calibration: the range of each value of a network, from pictures that it was trained on.
import type { Shape } from '../../models/image/shape.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { withOutputs } from '../parity/layers.ts';
import { createInferenceSession } from '../parity/session.ts';

/** The numbers that a quantized value can be: from `least` to `most`, zero among them. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Pictures at once: all values of a batch are in memory together. */
const BATCH = 32;

const BINS = 2048;

/** Steps of a byte. */
export const LEVELS = 255;

/**
 * Ranges of values by name, with the least mean squared error of rounding to a byte: cutting off a few outliers costs
 * less than a coarser scale for all values.
 * Sung, Shin and Hwang 2015, https://arxiv.org/abs/1511.06488, section 3.
 *
 * @param images - uint8 `[N,H,W,C]`.
 */
export async function calibrate(
  model: ModelProto,
  names: readonly string[],
  images: Uint8Array,
  shape: Shape,
): Promise<Map<string, Range>> {
  const bounds = new Map<string, { least: number; most: number }>(
    names.map((name) => [name, { least: 0, most: 0 }]),
  );
  await observe(model, names, images, shape, (name, values) => {
    const bound = bounds.get(name);
    if (bound === undefined) return;
    for (const value of values) {
      if (value < bound.least) bound.least = value;
      else if (value > bound.most) bound.most = value;
    }
  });
  const histograms = new Map(names.map((name) => [name, new Float64Array(BINS)]));
  await observe(model, names, images, shape, (name, values) => {
    const [bound, histogram] = [bounds.get(name), histograms.get(name)];
    if (bound === undefined || histogram === undefined) return;
    const scale = BINS / (bound.most - bound.least || 1);
    for (const value of values) {
      const bin = Math.min(BINS - 1, Math.floor((value - bound.least) * scale));
      histogram[bin] = (histogram[bin] ?? 0) + 1;
    }
  });
  return new Map(
    [...bounds].map(([name, bound]) => [name, bestRange(bound, histograms.get(name) ?? new Float64Array())]),
  );
}

async function observe(
  model: ModelProto,
  names: readonly string[],
  images: Uint8Array,
  shape: Shape,
  see: (name: string, values: Float32Array) => void,
): Promise<void> {
  const session = await createInferenceSession(withOutputs(model, names));
  const size = shape[0] * shape[1] * shape[2];
  const input = model.graph.input[0]?.name ?? '';
  try {
    for (let from = 0; from < images.length; from += BATCH * size) {
      const some = images.slice(from, from + BATCH * size);
      const results = await session.run({
        [input]: new ort.Tensor('uint8', some, [some.length / size, ...shape]),
      });
      for (const name of names) {
        const values = results[name]?.data;
        if (values instanceof Float32Array) see(name, values);
      }
    }
  } finally {
    await session.release();
  }
}

/** Shares of the whole range that are tried. */
const SHARES = Array.from({ length: 81 }, (_, i) => 1 - i / 100);

/** @param histogram - Counts of equal parts of the range. */
export function bestRange({ least, most }: Range, histogram: Float64Array): Range {
  const width = (most - least) / histogram.length;
  const errors = SHARES.map((share) => {
    const step = ((most - least) * share) / LEVELS || 1;
    const [low, high] = [least * share, most * share];
    return histogram.reduce((sum, count, i) => {
      if (count === 0) return sum;
      const value = least + (i + 0.5) * width;
      const kept = Math.min(high, Math.max(low, value));
      return sum + count * (value - Math.round(kept / step) * step) ** 2;
    }, 0);
  });
  // The values within a bin are not known: a narrower range must be better by more than a bin's own error.
  const whole = errors[0] ?? 0;
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const best = errors.indexOf(Math.min(...errors));
  const share = whole - (errors[best] ?? 0) > (total * width ** 2) / 12 ? (SHARES[best] ?? 1) : 1;
  return { least: least * share, most: most * share };
}
