// Proof that a model file gives the answers of its network, on inputs drawn at several sizes.

import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { sizeOf } from '../../models/shape.ts';
import * as ort from '../../setup/libraries/onnxruntime.ts';
import { tf, uint8Tensor, valuesOf } from '../../train/graph/tensorflow.ts';
import { random } from '../../train/random.ts';
import { ANY_NUMBER, type InputSpec } from '../trace/index.ts';
import type { Network } from '../trace/network.ts';
import { compareOn, maxDifference, relative } from './compare.ts';
import { createInferenceSession, type ModelSource } from './session.ts';

/** How much two answers may differ, relative to 1 or to the value, whichever is larger. */
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
    const runs = await compareOn(
      drawnInputs(network),
      async (inputs) => answersOf(network, inputs),
      async (inputs) => {
        const got = await session.run(
          Object.fromEntries(inputs.map(({ name, ort: value }) => [name, value])),
        );
        return network.outputs.map((name) => numbersOf(got[name]?.data));
      },
      (expected, got) =>
        network.outputs.map((output, i) => ({
          output,
          difference: maxDifference(expected[i] ?? [], got[i] ?? [], relative),
        })),
    );
    const largest = runs.flat().reduce((a, b) => (b.difference > a.difference ? b : a));
    return { runs: runs.length, largestDifference: largest.difference, output: largest.output };
  } finally {
    await session.release();
  }
}

/** An input of a network, as TensorFlow and as onnxruntime take it. */
interface DrawnInput {
  readonly name: string;
  readonly tensor: Tensor;
  readonly ort: ort.Tensor;
}

function* drawnInputs({ inputs }: Network): Generator<DrawnInput[]> {
  for (const choice of CHOICES) {
    const drawn = inputs.map((input) => draw(input, choice));
    try {
      yield drawn;
    } finally {
      tf.dispose(drawn.map(({ tensor }) => tensor));
    }
  }
}

function answersOf(network: Network, inputs: readonly DrawnInput[]): ArrayLike<number>[] {
  const answers: ArrayLike<number>[] = [];
  tf.tidy(() => {
    for (const tensor of network.run(inputs.map((input) => input.tensor))) answers.push(valuesOf(tensor));
  });
  return answers;
}

function numbersOf(data: ort.Tensor.DataType | undefined): ArrayLike<number> {
  if (data === undefined) return [];
  return Array.from(data, Number);
}

function draw(
  { name, type, shape }: InputSpec,
  { batch, height, width }: (typeof CHOICES)[number],
): DrawnInput {
  const others: Readonly<Record<string, number>> = { [ANY_NUMBER]: batch, height, width };
  const dims = shape.map((size) => (typeof size === 'string' ? (others[size] ?? 12) : size));
  const next = random(1, `compare/${name}`, batch);
  const numbers = sizeOf(dims);
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
