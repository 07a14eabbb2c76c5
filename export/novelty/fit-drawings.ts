// Fits a detector to examples of both kinds: a small network that tells what a model knows from other drawings.
// Reference: Hendrycks, Mazeika and Dietterich, "Deep Anomaly Detection with Outlier Exposure", 2019.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../../train/graph/tensorflow.ts';
import { normal, permutation, random } from '../../train/random.ts';
import type { Dense } from './detector.ts';

const UNITS = 16;
const EPOCHS = 18;
const BATCH = 256;
const LEARNING_RATE = 2e-3;
const WEIGHT_DECAY = 1e-4;
const SEED = 1;

/** What is seen of some pictures: float32 `[n,width]`, and how much each of them counts. */
export interface Seen {
  readonly values: Float32Array;
  readonly n: number;
}

/** Adam's, as in Kingma and Ba 2015, with the shorter memory of the recipes. */
const BETA1 = 0.9;
const BETA2 = 0.99;

/** @returns two layers, whose score is above 0 for what is rather one of the others. Both kinds weigh alike. */
export function fitToExamples(known: Seen, others: Seen): Dense[] {
  const width = known.values.length / known.n;
  const { means, scales } = scalesOf(known, width);
  const n = known.n + others.n;
  const values = new Float32Array(n * width);
  values.set(known.values);
  values.set(others.values, known.values.length);
  for (let i = 0; i < values.length; i++)
    values[i] = ((values[i] ?? 0) - (means[i % width] ?? 0)) / (scales[i % width] ?? 1);
  const isOther = Float32Array.from({ length: n }, (_, i) => (i < known.n ? 0 : 1));
  const weight = Float32Array.from(isOther, (other) => n / 2 / (other ? others.n : known.n));
  const [kernel, bias, kernel2, bias2] = descend(values, isOther, weight, width);
  return [unscaled({ weights: kernel, bias }, means, scales), { weights: kernel2, bias: bias2 }];
}

/** Mean and deviation of length and logits; directions have one scale for all, so that what is never there stays small. */
function scalesOf({ values, n }: Seen, width: number) {
  const means = new Float32Array(width);
  const scales = new Float32Array(width).fill(0.1);
  for (const column of [width - 2, width - 1]) {
    const own = Array.from({ length: n }, (_, i) => values[i * width + column] ?? 0);
    const mean = own.reduce((sum, value) => sum + value, 0) / n;
    means[column] = mean;
    scales[column] = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n) || 1;
  }
  return { means, scales };
}

/** The same layer for values that are not scaled. */
function unscaled({ weights, bias }: Dense, means: Float32Array, scales: Float32Array): Dense {
  const units = bias.length;
  const own = weights.map((value, i) => value / (scales[Math.floor(i / units)] ?? 1));
  const moved = bias.map((value, unit) =>
    means.reduce((sum, mean, i) => sum - mean * (own[i * units + unit] ?? 0), value),
  );
  return { weights: own, bias: moved };
}

type Weights = [Float32Array, Float32Array, Float32Array, Float32Array];

function descend(values: Float32Array, isOther: Float32Array, weight: Float32Array, width: number): Weights {
  const n = isOther.length;
  const next = random(SEED, 'novelty');
  const drawn = (shape: [number, number]) =>
    tf.tensor2d(
      Float32Array.from({ length: shape[0] * shape[1] }, () => normal(next) * Math.sqrt(2 / shape[0])),
      shape,
    );
  const variables: Variable[] = tf.tidy(() =>
    [drawn([width, UNITS]), tf.zeros([UNITS]), drawn([UNITS, 1]), tf.zeros([1])].map((value) =>
      tf.variable(value, true),
    ),
  );
  const [kernel, bias, kernel2, bias2] = variables as [Variable, Variable, Variable, Variable];
  const moments = variables.map(({ shape }) => ({
    mean: tf.variable(tf.zeros(shape), false),
    square: tf.variable(tf.zeros(shape), false),
  }));
  const all = [tf.tensor2d(values, [n, width]), tf.tensor1d(isOther), tf.tensor1d(weight)] as const;
  const steps = EPOCHS * Math.ceil(n / BATCH);
  let step = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const order = permutation(n, random(SEED, 'novelty order', epoch));
    for (let from = 0; from < n; from += BATCH) {
      step++;
      const rate = LEARNING_RATE * 0.5 * (1 + Math.cos((Math.PI * step) / steps));
      tf.tidy(() => {
        const places = tf.tensor1d(Int32Array.from(order.subarray(from, from + BATCH)), 'int32');
        const [x, y, w] = all.map((each: Tensor) => tf.gather(each, places)) as [Tensor, Tensor, Tensor];
        const { grads } = tf.variableGrads(() => {
          const hidden = tf.relu(tf.add(tf.matMul(x as never, kernel as never), bias));
          const score = tf.squeeze(tf.add(tf.matMul(hidden, kernel2 as never), bias2), [1]);
          // Cross-entropy of the sigmoid: softplus(score) - y * score.
          return tf.mean(tf.mul(w, tf.sub(tf.softplus(score), tf.mul(y, score)))).asScalar();
        }, variables);
        for (const [i, variable] of variables.entries()) {
          const gradient = grads[variable.name];
          const { mean, square } = moments[i] ?? {};
          if (!gradient || !mean || !square) throw new Error('the detector has a weight without a gradient');
          mean.assign(tf.add(tf.mul(mean, BETA1), tf.mul(gradient, 1 - BETA1)) as never);
          square.assign(tf.add(tf.mul(square, BETA2), tf.mul(tf.square(gradient), 1 - BETA2)) as never);
          const [large, small] = [1 - BETA1 ** step, 1 - BETA2 ** step];
          const move = tf.div(tf.div(mean, large), tf.add(tf.sqrt(tf.div(square, small)), 1e-8));
          variable.assign(
            tf.sub(variable, tf.mul(tf.add(move, tf.mul(variable, WEIGHT_DECAY)), rate)) as never,
          );
        }
      });
    }
  }
  const found = variables.map((each) => Float32Array.from(each.dataSync())) as Weights;
  tf.dispose([...all, ...variables, ...moments.flatMap(({ mean, square }) => [mean, square])]);
  return found;
}
