// Trains the detector's network: two dense layers, by the compiled step that recipes have too.
import type { Scalar, Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-node-gpu';
import { compile } from '../../train/graph/compile.ts';
import { withoutReading } from '../../train/graph/reading-kernels.ts';
import { type MakeInputs, type Traceable, traceFixed } from '../../train/graph/retrace.ts';
import { stateOf } from '../../train/graph/state.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { required } from '../../train/loop/step-functions.ts';
import { createUpdater, type Updater } from '../../train/optimizers/updater.ts';
import { normal, permutation, random } from '../../train/random.ts';
import type { Dense } from './detector.ts';

const UNITS = 32;
const EPOCHS = 16;
const BATCH = 512;
const LEARNING_RATE = 4e-3;
/** AdamW, with the shorter memory of the recipes. */
const OPTIMIZER = { name: 'adamw', beta2: 0.99, epsilon: 1e-8, weightDecay: 1e-4 } as const;
const MOMENTUM = 0.9;
const SEED = 1;

/** Examples of both kinds. */
export interface Examples {
  /** Float32 `[n,width]`. */
  readonly values: Float32Array;
  readonly width: number;
  /** 1 for one of the others, 0 for what is known, and how much each counts: float32 `[n]`. */
  readonly isOther: Float32Array;
  readonly weight: Float32Array;
}

/** @returns two layers, whose score is above 0 for what is rather one of the others: the same of the same examples. */
export function descend(examples: Examples): [Dense, Dense] {
  const n = examples.isOther.length;
  const batch = Math.min(BATCH, n);
  const weights = startOf(examples.width);
  const updater = createUpdater({ optimizer: OPTIMIZER, groups: [], clipNorm: 0 }, weights);
  const data = dataOf(examples, n);
  const variables = new Map([...weights, ...updater.slots, ...data]);
  const graph = withoutReading(() =>
    traceFixed(stepOf(weights, updater, data), blankInputs, batch, variables),
  );
  const compiled = compile({ step: graph });
  try {
    compiled.write(stateOf(variables));
    const perEpoch = Math.floor(n / batch);
    const steps = EPOCHS * perEpoch;
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const order = Int32Array.from(permutation(n, random(SEED, 'novelty order', epoch)));
      for (let i = 0; i < perEpoch; i++) {
        const done = epoch * perEpoch + i;
        const rate = LEARNING_RATE * 0.5 * (1 + Math.cos((Math.PI * (done + 1)) / steps));
        const inputs = inputsOf(order.subarray(i * batch, (i + 1) * batch), rate, done + 1);
        tf.dispose([...compiled.run('step', inputs), ...Object.values(inputs)]);
      }
    }
    const found = compiled.read();
    const layer = (name: string): Dense => ({
      weights: found.get(`${name}/kernel`) ?? new Float32Array(),
      bias: found.get(`${name}/bias`) ?? new Float32Array(),
    });
    return [layer('dense1'), layer('dense2')];
  } finally {
    compiled.dispose();
    tf.dispose([...variables.values()]);
  }
}

/** Weights as they are at first, after He et al. 2015. */
function startOf(width: number): Map<string, Variable> {
  const next = random(SEED, 'novelty');
  const kernel = (inputs: number, units: number) => {
    const deviation = Math.sqrt(2 / inputs);
    const values = Float32Array.from({ length: inputs * units }, () => normal(next) * deviation);
    return variableOf(values, [inputs, units], true);
  };
  return new Map([
    ['dense1/kernel', kernel(width, UNITS)],
    ['dense1/bias', variableOf(new Float32Array(UNITS), [UNITS], true)],
    ['dense2/kernel', kernel(UNITS, 1)],
    ['dense2/bias', variableOf(new Float32Array(1), [1], true)],
  ]);
}

/** The examples stay in TensorFlow's memory, as variables that nothing assigns. */
function dataOf({ values, width, isOther, weight }: Examples, n: number): Map<string, Variable> {
  return new Map([
    ['values', variableOf(values, [n, width], false)],
    ['isOther', variableOf(isOther, [n], false)],
    ['weight', variableOf(weight, [n], false)],
  ]);
}

function variableOf(values: Float32Array, shape: number[], isTrained: boolean): Variable {
  const tensor = tf.tensor(values, shape);
  const variable = tf.variable(tensor, isTrained);
  tensor.dispose();
  return variable;
}

function inputsOf(places: Int32Array, learningRate: number, step: number) {
  return {
    places: tf.tensor1d(places, 'int32'),
    learningRate: tf.scalar(learningRate),
    step: tf.scalar(step),
  };
}

const blankInputs: MakeInputs = (n) =>
  Object.entries(inputsOf(new Int32Array(n), 0, 1)).map(([name, tensor]) => ({ name, tensor }));

/** One step on the examples at `places`: new weights, and the loss. */
function stepOf(
  weights: ReadonlyMap<string, Variable>,
  updater: Updater,
  data: ReadonlyMap<string, Variable>,
): Traceable {
  const [kernel, bias, kernel2, bias2] = [...weights.values()] as [Variable, Variable, Variable, Variable];
  return (inputs) => {
    const places = required(inputs.places, 'places');
    const learningRate = required(inputs.learningRate, 'learning rate');
    const step = required(inputs.step, 'step');
    const [x, y, w] = [...data.values()].map((each) => tf.gather(each as Tensor, places as Tensor1D)) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const { value, grads } = tf.variableGrads(() => {
      const hidden = tf.relu(tf.add(tf.matMul(x as Tensor2D, kernel as Tensor2D), bias));
      const score = tf.squeeze(tf.add(tf.matMul(hidden as Tensor2D, kernel2 as Tensor2D), bias2), [1]);
      // Cross-entropy of the sigmoid: softplus(score) - y * score.
      return tf.mean(tf.mul(w, tf.sub(tf.softplus(score), tf.mul(y, score)))) as Scalar;
    }, [...weights.values()]);
    const gradients = new Map(
      [...weights].map(([name, { name: own }]) => [name, required(grads[own], name)]),
    );
    updater.apply(gradients, { learningRate, step, momentum: tf.scalar(MOMENTUM) });
    return [value];
  };
}
