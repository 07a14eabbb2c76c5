// SavedModels of every kind of layer, as Keras 3 and TensorFlow write them, against the answers that TensorFlow itself gives.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNetwork } from '../../../export/tfjs/read.ts';
import { networkToOnnx } from '../../../export/trace/network.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tensorflowPython } from '../../../setup/libraries/tensorflow-python.mjs';
import { tf, uint8Tensor, valuesOf } from '../../../train/graph/tensorflow.ts';
import { difference } from '../support.ts';

const script = fileURLToPath(new URL('../../bench/zoo/saved-models.py', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'trainyard-zoo-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Largest difference from TensorFlow's own answers, relative to 1 or to the value; the largest one measured is 1.0e-6. */
const TOLERANCE = 3e-6;

/** Models that need more, each with what was measured. Large ones are left to `npm run bench zoo`. */
const models: Readonly<Record<string, number>> = {
  sequential: TOLERANCE,
  'functional-residual': TOLERANCE,
  subclassed: TOLERANCE,
  trained: TOLERANCE,
  preprocessing: TOLERANCE,
  convnext: TOLERANCE,
  'vision-transformer': TOLERANCE,
  // TensorFlow rounds to 11 bits, and the file does not: 5.2e-5.
  'mixed-float16': 2e-4,
  // To 8 bits: 9.3e-3.
  'mixed-bfloat16': 2e-2,
  float64: TOLERANCE,
  'labels-of-pixels': TOLERANCE,
  deep: TOLERANCE,
  words: TOLERANCE,
  recurrent: TOLERANCE,
  activations: TOLERANCE,
  // Numbers up to 255 in a mean and its variance: 9.0e-6.
  normalizations: 2e-5,
  // Bilinear weights are rounded elsewhere, of numbers up to 255: 1.1e-5.
  shapes: 3e-5,
  'two-inputs': TOLERANCE,
  'several-signatures': TOLERANCE,
  'tensorflow-ops': TOLERANCE,
  transfer: TOLERANCE,
  // One output of it is computed in 11 bits: 3.6e-4.
  types: 1e-3,
  'tensorflow-1': TOLERANCE,
};

const refused: [name: string, reason: RegExp][] = [
  [
    'refused-augmentation',
    /it draws random numbers.*call them with training=False in the model that is exported/,
  ],
  [
    'refused-loop',
    /loops and branches cannot be exported. Recurrent layers of Keras have none with unroll=True/,
  ],
  [
    'refused-words',
    /Input .* of the SavedModel has TensorFlow's type 7; floats, whole numbers and bool are exported/,
  ],
];

interface Array {
  readonly shape: number[];
  readonly type: 'float32' | 'int32' | 'uint8';
  readonly values: string;
}

type Answers = Readonly<Record<'inputs' | 'outputs', Readonly<Record<string, Array>>>>;

beforeAll(async () => {
  const { executable, env } = await tensorflowPython();
  const { status, stderr } = spawnSync(
    executable,
    [script, folder, ...Object.keys(models), ...refused.map(([name]) => name)],
    {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(stderr.slice(-2000));
});

describe('a SavedModel', () => {
  it.each(Object.entries(models))(
    '%s answers in tfjs and in onnxruntime as in TensorFlow',
    async (name, tolerance) => {
      const { inputs, outputs } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Answers;
      const network = await readNetwork(join(folder, name));
      const given = network.inputs.map(({ name: input, type }) => ({
        input,
        type,
        array: at(inputs, input),
      }));
      const eager: { shape: number[]; values: ArrayLike<number> }[] = [];
      tf.tidy(() => {
        for (const tensor of network.run(given.map(({ array, type }) => tensorOf(array, type))))
          eager.push({ shape: tensor.shape, values: valuesOf(tensor) });
      });
      const session = await ort.InferenceSession.create(encodeModel(networkToOnnx(network)));
      const feeds = given.map(
        ({ input, type, array }) => [input, new ort.Tensor(type, numbersOf(array), array.shape)] as const,
      );
      const got = await session.run(Object.fromEntries(feeds));
      await session.release();
      expect([...network.outputs].sort()).toEqual(Object.keys(outputs).sort());
      network.outputs.forEach((output, i) => {
        const expected = at(outputs, output);
        const [tfjs, file] = [eager[i], got[output]];
        expect([tfjs?.shape, file?.dims], output).toEqual([expected.shape, expected.shape]);
        expect(file?.type === 'bool' ? 'uint8' : file?.type, output).toBe(expected.type);
        expect(difference(numbersOf(expected), tfjs?.values ?? []), `${output} in tfjs`).toBeLessThan(
          tolerance,
        );
        expect(
          difference(numbersOf(expected), file?.data as ArrayLike<number>),
          `${output} in onnxruntime`,
        ).toBeLessThan(tolerance);
      });
    },
  );

  it.each(refused)('%s is refused with the reason', async (name, reason) => {
    const exported = readNetwork(join(folder, name)).then(networkToOnnx);
    await expect(exported).rejects.toThrow(reason);
  });
});

function at<T>(record: Readonly<Record<string, T>>, name: string): T {
  const found = record[name];
  if (found === undefined) throw new Error(`there is no ${name} among ${Object.keys(record)}`);
  return found;
}

function numbersOf({ type, values }: Array): Float32Array | Int32Array | Uint8Array {
  const bytes = new Uint8Array(Buffer.from(values, 'base64'));
  if (type === 'uint8') return bytes;
  return type === 'float32' ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
}

function tensorOf(array: Array, type: string): Tensor {
  const numbers = numbersOf(array);
  if (type === 'uint8') return uint8Tensor(Uint8Array.from(numbers), array.shape);
  return tf.tensor(numbers, array.shape, type as 'float32');
}
