// Sigmoids whose small values decide the answer, and other functions of small results: held against double precision, in
// both of onnxruntime's programs, where exponentials go to 0.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { afterAll, describe, expect, it } from 'vitest';
import { convert as ours } from '../../../export/convert.ts';
import { passes } from '../../../export/passes/index.ts';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { ANY_NUMBER } from '../../../export/trace/index.ts';
import { type Network, networkToOnnx } from '../../../export/trace/network.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { python } from '../../python.ts';
import { difference, operatorCounts } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-sigmoids-'));
afterAll(() => rmSync(folder, { recursive: true }));

const network = (name: string, fn: (x: Tensor) => Tensor, size = 1): Network => ({
  name,
  inputs: [{ name: 'x', type: 'float32', shape: [ANY_NUMBER, size] }],
  outputs: ['y'],
  run: ([x]) => [fn(x as Tensor)],
  variables: new Map(),
});

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const probability = (x: Tensor) => tf.clipByValue(tf.sigmoid(x), 1e-7, 1);

/** In tfjs, in double precision, and how many sigmoids stay. */
const functions: [string, (x: Tensor) => Tensor, (x: number) => number, number][] = [
  ['log sigmoid', (x) => tf.log(tf.sigmoid(x)), (x) => -softplus(-x), 0],
  ['log with epsilon', (x) => tf.log(tf.add(1e-9, tf.sigmoid(x))), (x) => Math.log(1e-9 + sigmoid(x)), 0],
  ['log of bounded', (x) => tf.log(probability(x)), (x) => Math.log(Math.max(1e-7, sigmoid(x))), 0],
  [
    'log of a reshaped product',
    (x) => tf.log(tf.reshape(tf.mul(tf.sigmoid(x), tf.sigmoid(tf.div(x, 2))), [-1])),
    (x) => -softplus(-x) - softplus(-x / 2),
    0,
  ],
  ['one part of it', (x) => tf.div(1, tf.sigmoid(x)), (x) => 1 + Math.exp(-x), 0],
  ['root', (x) => tf.sqrt(tf.sigmoid(x)), (x) => Math.sqrt(sigmoid(x)), 0],
  ['power', (x) => tf.pow(tf.sigmoid(x), 0.3), (x) => sigmoid(x) ** 0.3, 0],
  // A gate, and what is divided: a difference stays as small as it is.
  ['gate', (x) => tf.div(tf.add(x, tf.mul(x, tf.sigmoid(x))), 3), (x) => (x + x * sigmoid(x)) / 3, 1],
  [
    'root of a sum',
    (x) => tf.sqrt(tf.add(tf.square(x), tf.sigmoid(x))),
    (x) => Math.sqrt(x * x + sigmoid(x)),
    1,
  ],
  ['log expm1', (x) => tf.log(tf.expm1(tf.exp(x))), (x) => Math.log(Math.expm1(Math.exp(x))), 0],
  ['log log1p', (x) => tf.log(tf.log1p(tf.exp(x))), (x) => Math.log(softplus(x)), 0],
  ['expm1', (x) => tf.expm1(x), Math.expm1, 0],
  ['log1p', (x) => tf.log1p(tf.div(x, 31)), (x) => Math.log1p(x / 31), 0],
];

/** From -30 to 30, or to 4 where exp(exp(x)) ends. */
function numbers(name: string): Float32Array {
  const most = name === 'log expm1' ? 4 : 30;
  return Float32Array.from({ length: 4 * (30 + most) + 1 }, (_, i) => i / 4 - 30);
}

/** 2.4e-7 measured. */
const LEAST = 1e-6;

const inPython = `
import sys, json, glob, onnxruntime, numpy
for path in sorted(glob.glob(sys.argv[1] + '/*.onnx')):
    with open(path.replace('.onnx', '.json')) as file: x = json.load(file)
    y = onnxruntime.InferenceSession(path).run(None, {'x': numpy.array(x, 'float32')[:, None]})[0]
    with open(path.replace('.onnx', '.json'), 'w') as file: json.dump(y.ravel().tolist(), file)`;

describe('in double precision', () => {
  it.each(functions)('%s', async (name, fn, exact, sigmoids) => {
    const model = networkToOnnx(network(name, fn));
    expect(operatorCounts(model).Sigmoid ?? 0).toBe(sigmoids);
    const x = numbers(name);
    const session = await ort.InferenceSession.create(encodeModel(model));
    const { y } = await session.run({ x: new ort.Tensor('float32', x, [x.length, 1]) });
    await session.release();
    writeFileSync(join(folder, `${name}.onnx`), encodeModel(model));
    writeFileSync(join(folder, `${name}.json`), `[${x}]`);
    expect(difference(Array.from(x, exact), y?.data as ArrayLike<number>)).toBeLessThan(LEAST);
  });

  it("all of them in Python's onnxruntime", () => {
    python(inPython, [folder]);
    for (const [name, , exact] of functions) {
      const y = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as number[];
      expect(difference(Array.from(numbers(name), exact), y), name).toBeLessThan(LEAST);
    }
  });
});

it('a file with the sigmoid of onnxruntime under a logarithm is refused', async () => {
  const { exactSigmoids: _, ...others } = passes;
  const convert: typeof ours = (graph, state, options) => ours(graph, state, { ...options, passes: others });
  const refused = network('log sigmoid', (x) => tf.log(tf.sigmoid(x)), 16);
  await expect(exportNetwork(refused, join(folder, 'refused.onnx'), { convert })).rejects.toThrow(
    /times as far as rounding moves it.*tens/,
  );
});
