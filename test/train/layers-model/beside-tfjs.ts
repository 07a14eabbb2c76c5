// Two copies of a model, one trained by tfjs's own fit and one by ours, on the same batches from the same weights.
import type { LayersModel, Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import type { FitOptions, Tensors } from '../../../train/layers-model/options.ts';

/** Options under which both see the same batches, and neither prints. */
export const QUIET = { epochs: 2, batchSize: 8, shuffle: false, verbose: 0 } as const;

export interface Pair {
  readonly tfjs: LayersModel;
  readonly ours: LayersModel;
}

/** Two models with the same weights. */
export function pairOf(make: () => LayersModel): Pair {
  const [tfjs, ours] = [make(), make()];
  const copies = tfjs.getWeights().map((weight) => tf.tensor(weight.dataSync(), weight.shape));
  ours.setWeights(copies);
  tf.dispose(copies);
  return { tfjs, ours };
}

/** Trains both. @returns The largest difference of a weight, and of a number of the histories, against their size. */
export async function trainBoth(
  { tfjs, ours }: Pair,
  x: Tensors,
  y: Tensors,
  options: FitOptions = {},
): Promise<{ weights: number; logs: number }> {
  const all = { ...QUIET, ...options };
  const theirs = await tfjs.fit(x, y, all);
  const own = await fit(ours, x, y, all);
  const names = Object.keys(theirs.history);
  const logs = names.map((name) => apart(numbers(own.history[name]), numbers(theirs.history[name])));
  return { weights: weightsApart({ tfjs, ours }), logs: Math.max(...logs) };
}

export function weightsApart({ tfjs, ours }: Pair): number {
  const [a, b] = [tfjs, ours].map((model) =>
    model.getWeights().map((weight) => numbers([...weight.dataSync()])),
  );
  return Math.max(...(a ?? []).map((values, i) => apart(values, b?.[i] ?? [])));
}

/** Largest difference, as a share of the largest number where that is above one. */
export function apart(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  const size = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN)) / size), 0);
}

function numbers(values: readonly (number | Tensor)[] | undefined): number[] {
  return (values ?? []).map(Number);
}

/** The same numbers for the same seed. */
export function uniform(shape: number[], seed = 1, from = 0, to = 1): Tensor {
  return tf.randomUniform(shape, from, to, 'float32', seed);
}

/** One-hot classes `[n, classes]`. */
export function oneHot(n: number, classes: number, seed = 2): Tensor {
  return tf.tidy(() =>
    tf.cast(tf.oneHot(tf.cast(tf.floor(uniform([n], seed, 0, classes)), 'int32'), classes), 'float32'),
  );
}
