// Batches of tensors in memory, as a dataset of tfjs: shuffled anew in each epoch, by a seed.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { permutation, random } from '../random.ts';

/** A batch, as `fitDataset` takes it. */
export interface Batch {
  readonly xs: Tensor[];
  readonly ys: Tensor[];
}

/** What `fitDataset` takes for a dataset: tf.data's, or anything with its `iterator`. */
export interface BatchSource<T = unknown> {
  iterator(): Promise<{ next(): Promise<{ value: T | null; done: boolean }> }>;
  /** Batches of an epoch, where that is known. */
  readonly size?: number | null;
}

export interface BatchesOptions {
  readonly batchSize: number;
  /** The order of an epoch depends on this and on `steps`; undefined leaves the order as it is. */
  readonly seed: number | undefined;
  /** Steps that the optimizer has taken when an epoch begins: no two epochs have one order. */
  readonly steps: () => number;
}

/** Batches of `xs` and `ys`, which have as many rows each; the last of an epoch may be short. */
export function batchesOf(
  xs: readonly Tensor[],
  ys: readonly Tensor[],
  { batchSize, seed, steps }: BatchesOptions,
): BatchSource<Batch> {
  const rows = xs[0]?.shape[0] ?? 0;
  const size = Math.ceil(rows / batchSize);
  return {
    size,
    async iterator() {
      let order: Int32Array | undefined;
      let i = 0;
      return {
        async next() {
          // When the first batch is asked for: tfjs makes an iterator before training that it does not use.
          if (i === 0 && seed !== undefined)
            order = Int32Array.from(permutation(rows, random(seed, 'shuffle', steps())));
          if (i === size) return { value: null, done: true };
          const [from, to] = [i * batchSize, Math.min((i + 1) * batchSize, rows)];
          i++;
          const part = (tensor: Tensor) => rowsOf(tensor, from, to, order);
          return { value: { xs: xs.map(part), ys: ys.map(part) }, done: i === size };
        },
      };
    },
  };
}

function rowsOf(tensor: Tensor, from: number, to: number, order: Int32Array | undefined): Tensor {
  return tf.tidy(() =>
    order === undefined
      ? tf.slice(tensor, [from], [to - from])
      : tf.gather(tensor, tf.tensor1d(order.subarray(from, to), 'int32')),
  );
}
