// Proof that a model file answers as the network that it was made of, on inputs drawn at several sizes.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import * as ort from '../../models/onnxruntime.ts';
import { tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import { random } from '../../train/random.ts';
import { ANY_NUMBER, type InputSpec } from '../trace/index.ts';
import type { Network } from '../trace/network.ts';
import { createInferenceSession, type ModelSource } from './session.ts';

/** How far two answers may be apart, relative to 1 or to the value, whichever is larger. */
export const ANSWER_TOLERANCE = 1e-4;

export interface NetworkComparison {
  /** Runs compared, each with other inputs. */
  readonly runs: number;
  /** Relative to 1 or to the value; infinite where one of the two gave no number. */
  readonly largestDifference: number;
  /** Name of the output with the largest difference. */
  readonly output: string;
}

/** Numbers of pictures, and heights and widths, that no trace was taken at. */
const CHOICES = [
  { batch: 1, height: 96, width: 97 },
  { batch: 4, height: 193, width: 160 },
] as const;

/**
 * Runs the network and the file on the same inputs, drawn from 0 to 1 (whole numbers: 0 or 1; bytes: all).
 */
export async function compareNetwork(network: Network, model: ModelSource): Promise<NetworkComparison> {
  const session = await createInferenceSession(model);
  try {
    let [largestDifference, output, runs] = [0, network.outputs[0] ?? '', 0];
    for (const choice of CHOICES) {
      const drawn = network.inputs.map((input) => draw(input, choice));
      const feeds = Object.fromEntries(drawn.map(({ name, ort: tensor }) => [name, tensor]));
      const got = await session.run(feeds);
      const expected = answersOf(
        network,
        drawn.map(({ tensor }) => tensor),
      );
      tf.dispose(drawn.map(({ tensor }) => tensor));
      network.outputs.forEach((name, i) => {
        const difference = relativeDifference(expected[i] ?? [], numbersOf(got[name]?.data));
        if (difference <= largestDifference) return;
        largestDifference = difference;
        output = name;
      });
      runs++;
    }
    return { runs, largestDifference, output };
  } finally {
    await session.release();
  }
}

function answersOf(network: Network, inputs: readonly Tensor[]): ArrayLike<number>[] {
  const answers: ArrayLike<number>[] = [];
  tf.tidy(() => {
    for (const tensor of network.run(inputs)) answers.push(tensor.dataSync());
  });
  return answers;
}

function numbersOf(data: ort.Tensor.DataType | undefined): ArrayLike<number> {
  if (data === undefined) return [];
  return Array.from(data, Number);
}

/** NaN equals NaN, infinities equal themselves; arrays of other lengths are infinitely far apart. */
function relativeDifference(expected: ArrayLike<number>, got: ArrayLike<number>): number {
  if (expected.length !== got.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(expected[i]), Number(got[i])];
    if (Object.is(a, b) || a === b) continue;
    const difference = Math.abs(a - b) / Math.max(1, Math.abs(a));
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  return largest;
}

function draw({ name, type, shape }: InputSpec, { batch, height, width }: (typeof CHOICES)[number]) {
  const others: Readonly<Record<string, number>> = { [ANY_NUMBER]: batch, height, width };
  const dims = shape.map((size) => (typeof size === 'string' ? (others[size] ?? 12) : size));
  const next = random(1, `compare/${name}`, batch);
  const numbers = dims.reduce((product, n) => product * n, 1);
  if (type === 'float32') {
    const values = Float32Array.from({ length: numbers }, next);
    return { name, tensor: tf.tensor(values, dims), ort: new ort.Tensor('float32', values, dims) };
  }
  if (type === 'uint8') {
    const pixels = Uint8Array.from({ length: numbers }, () => 256 * next());
    return { name, tensor: uint8Tensor(pixels, dims), ort: new ort.Tensor('uint8', pixels, dims) };
  }
  const values = Int32Array.from({ length: numbers }, () => Math.round(next()));
  if (type === 'int32')
    return { name, tensor: tf.tensor(values, dims, 'int32'), ort: new ort.Tensor('int32', values, dims) };
  const bytes = Uint8Array.from(values);
  return { name, tensor: tf.tensor(bytes, dims, 'bool'), ort: new ort.Tensor('bool', bytes, dims) };
}
