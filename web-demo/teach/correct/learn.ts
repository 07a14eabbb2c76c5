// Learns corrections: near each corrected picture the answer changes, and everywhere else the network's own stays.
import { minimize } from '../head/minimize.ts';
import { softmaxInto } from '../head/regression.ts';

/** What a network makes of pictures: its last layer takes the features and gives the logits. */
export interface Seen {
  /** `[n,F]`, row by row. */
  readonly features: Float32Array;
  /** `[n,classes]`. */
  readonly logits: Float32Array;
}

/**
 * What is added to a network: the logits of a picture with features f grow by the sum of `exp(NEARNESS (cos(f, key) - 1))`
 * times the values of each key.
 */
export interface Corrections {
  readonly n: number;
  /** `[n,F]`: features of each corrected picture, of length 1. */
  readonly keys: Float32Array;
  /** `[n,classes]`. */
  readonly values: Float32Array;
}

/**
 * How fast a correction fades with the angle between features: 5.5 in Tip-Adapter (Zhang et al. 2022,
 * https://arxiv.org/abs/2207.09519, equation 4), whose cache of keys and values this is. Measured on features of `digits`:
 * with 2 or a correction of the dense layer itself, up to 1.1 and 1.7 points of MNIST's test pictures are lost by ten
 * corrections that look like another digit, with 5 at most 0.13; with 10, others of the same hand gain hardly anything.
 */
export const NEARNESS = 5;

/** What a corrected picture's right class gets at least. */
const ENOUGH = 0.7;

/** Added to squares, so that features that are all zero have a length. */
export const LEAST_SQUARE = 1e-12;

/** The penalty on values is halved until every picture has enough, or so often that pictures must contradict each other. */
const HALVINGS = 30;

const OPTIONS = { gradientTolerance: 1e-6, maxIterations: 200 };

/**
 * Finds the least values by which every picture's right class has a probability of {@link ENOUGH}; of pictures that are
 * alike and are said to be of two classes, some keep less. Nothing is random.
 *
 * @param labels - `[n]`, the right classes.
 */
export function learnCorrections({ features, logits }: Seen, labels: readonly number[]): Corrections {
  const n = labels.length;
  const [width, classes] = [features.length / n, logits.length / n];
  if (n === 0 || !Number.isInteger(width) || !Number.isInteger(classes))
    throw new RangeError(
      `learnCorrections: received ${features.length} features and ${logits.length} logits of ${n} pictures`,
    );
  const keys = unit(features, n);
  const near = nearness(keys, keys, width);
  let values = new Float64Array(n * classes);
  for (let i = 0, penalty = 1; i < HALVINGS; i++, penalty /= 2) {
    values = minimize(objective(near, logits, labels, penalty), values, OPTIONS)
      .x as Float64Array<ArrayBuffer>;
    const answers = softmaxRows(plus(logits, times(near, values, classes)), classes);
    if (labels.every((label, row) => (answers[row * classes + label] ?? 0) >= ENOUGH)) break;
  }
  return { n, keys: Float32Array.from(keys), values: Float32Array.from(values) };
}

/** Probabilities float32 `[n,classes]` of what a network saw, computed in float64. */
export function answersWith(
  { keys, values }: Corrections,
  { features, logits }: Seen,
  n: number,
): Float32Array {
  const [width, classes] = [features.length / n, logits.length / n];
  const near = nearness(unit(features, n), keys, width);
  return Float32Array.from(softmaxRows(plus(logits, times(near, values, classes)), classes));
}

/** The sum of cross-entropies, and half the penalty times the squared norm of the change, by which smooth ones are preferred. */
function objective(near: Float64Array, logits: Float32Array, labels: readonly number[], penalty: number) {
  const n = labels.length;
  const classes = logits.length / n;
  return (values: Float64Array, gradient: Float64Array): number => {
    const change = times(near, values, classes);
    let loss = (penalty / 2) * change.reduce((sum, each, i) => sum + each * (values[i] ?? 0), 0);
    const pull = values.map((value) => penalty * value);
    const row = new Float64Array(classes);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < classes; k++)
        row[k] = (logits[i * classes + k] ?? 0) + (change[i * classes + k] ?? 0);
      const label = labels[i] ?? 0;
      const right = row[label] ?? 0;
      loss += softmaxInto(row) - right;
      for (let k = 0; k < classes; k++)
        pull[i * classes + k] = (pull[i * classes + k] ?? 0) + (row[k] ?? 0) - (k === label ? 1 : 0);
    }
    gradient.set(times(near, pull, classes));
    return loss;
  };
}

/** How near rows `[m,F]` are to keys `[n,F]`: `[m,n]`, 1 where they point the same way. */
function nearness(rows: Float64Array, keys: ArrayLike<number>, width: number): Float64Array {
  const [m, n] = [rows.length / width, keys.length / width];
  const near = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let cosine = 0;
      for (let f = 0; f < width; f++) cosine += (rows[i * width + f] ?? 0) * (keys[j * width + f] ?? 0);
      near[i * n + j] = Math.exp(NEARNESS * (cosine - 1));
    }
  return near;
}

function unit(features: Float32Array, n: number): Float64Array {
  const width = features.length / n;
  const rows = Float64Array.from(features);
  for (let i = 0; i < n; i++) {
    const row = rows.subarray(i * width, (i + 1) * width);
    const length = Math.sqrt(row.reduce((sum, each) => sum + each * each, LEAST_SQUARE));
    for (let f = 0; f < width; f++) row[f] = (row[f] ?? 0) / length;
  }
  return rows;
}

/** `[m,n]` times `[n,classes]`. */
function times(near: Float64Array, values: ArrayLike<number>, classes: number): Float64Array {
  const n = values.length / classes;
  const product = new Float64Array((near.length / n) * classes);
  for (let i = 0; i < near.length / n; i++)
    for (let j = 0; j < n; j++)
      for (let k = 0; k < classes; k++)
        product[i * classes + k] =
          (product[i * classes + k] ?? 0) + (near[i * n + j] ?? 0) * (values[j * classes + k] ?? 0);
  return product;
}

function plus(logits: Float32Array, change: Float64Array): Float64Array {
  return change.map((each, i) => each + (logits[i] ?? 0));
}

function softmaxRows(logits: Float64Array, classes: number): Float64Array {
  for (let i = 0; i < logits.length; i += classes) softmaxInto(logits.subarray(i, i + classes));
  return logits;
}
