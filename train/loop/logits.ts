// What logits say: the class that is answered, the probability of each, and those of a whole split row by row.
import { imagesOf, type Split } from '../datasets/dataset.ts';

export { argMax } from '../../models/rank.ts';

/** The probabilities of logits, and the logarithm of the sum of their powers: loss is that minus the label's logit. */
export function softmax(logits: Float32Array | readonly number[]): {
  probabilities: number[];
  logSum: number;
} {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return { probabilities: powers.map((power) => power / sum), logSum: largest + Math.log(sum) };
}

/** The logits of one picture of a split. */
export interface LogitRow {
  readonly index: number;
  readonly label: number;
  /** `[classes]`, valid until the next row is taken. */
  readonly logits: Float32Array;
}

/**
 * The logits of every picture of `split`, in order.
 * @param predict - Maps uint8 `[N,H,W,C]` to `[N,classes]`.
 * @param batch - Pictures at a time.
 */
export function* logitRows(
  predict: (images: Uint8Array) => Float32Array,
  split: Split,
  batch: number,
): Generator<LogitRow> {
  const { labels, n } = split;
  for (let from = 0; from < n; from += batch) {
    const to = Math.min(from + batch, n);
    const logits = predict(imagesOf(split, from, to));
    const classes = logits.length / (to - from);
    for (let index = from; index < to; index++) {
      const start = (index - from) * classes;
      yield { index, label: labels[index] ?? 0, logits: logits.subarray(start, start + classes) };
    }
  }
}
