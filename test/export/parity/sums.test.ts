// Sums of many numbers: the file is as near to the true sum as it can be, TensorFlow's own rounding refuses no file, and a
// mean over the wrong axis is refused all the same.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { afterAll, describe, expect, it } from 'vitest';
import { convert as ours } from '../../../export/convert.ts';
import { createInferenceSession } from '../../../export/parity/session.ts';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { ANY_NUMBER } from '../../../export/trace/index.ts';
import { type Network, networkToOnnx } from '../../../export/trace/network.ts';
import type { ModelProto } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { random } from '../../../train/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-sums-'));
afterAll(() => rmSync(folder, { recursive: true }));

function network(name: string, shape: (number | string)[], fn: (x: Tensor4D) => Tensor): Network {
  return {
    name,
    inputs: [{ name: 'x', type: 'float32', shape: [ANY_NUMBER, ...shape] }],
    outputs: ['y'],
    run: ([x]) => [fn(x as Tensor4D)],
    variables: new Map(),
  };
}

const kernel = tf.randomNormal([3, 3, 3, 8], 0, 0.4, 'float32', 1) as Tensor4D;
const head = tf.randomNormal([8, 3], 0, 0.4, 'float32', 2);

const pooled = (x: Tensor4D) =>
  tf.softmax(tf.matMul(tf.mean(tf.selu(tf.conv2d(x, kernel, 2, 'same')), [1, 2]), head));

function instanceNorm(x: Tensor4D): Tensor {
  const { mean, variance } = tf.moments(x, [1, 2], true);
  return tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
}

/** Of two groups of channels, as Keras computes it. */
function groupNorm(x: Tensor4D): Tensor {
  const groups = tf.reshape(x, [-1, 96, 96, 2, 2]);
  const { mean, variance } = tf.moments(groups, [1, 2, 4], true);
  return tf.reshape(tf.div(tf.sub(groups, mean), tf.sqrt(tf.add(variance, 1e-3))), [-1, 96, 96, 4]);
}

it.each([
  network('pooled-fixed', [320, 320, 3], pooled),
  network('pooled-free', ['height', 'width', 3], pooled),
  network('instance-norm', [160, 160, 3], instanceNorm),
  network('instance-norm-free', ['height', 'width', 3], instanceNorm),
  network('group-norm', [96, 96, 4], groupNorm),
])('$name is exported', async (each) => {
  const path = join(folder, `${each.name}.onnx`);
  expect((await exportNetwork(each, path)).comparison.holds).toBe(true);
  expect(existsSync(path)).toBe(true);
});

describe.each([
  ['channels last', (x: Tensor) => tf.mean(x, [1, 2])],
  ['a sum', (x: Tensor) => tf.div(tf.sum(x, [1, 2]), 256 * 256)],
])('%s', (name, fn) => {
  // One operator over both axes is off by 6e-6 of 256x256 numbers; measured here: 3e-7.
  it('is within 1e-6 of the mean in double precision', async () => {
    const session = await createInferenceSession(networkToOnnx(network(name, [256, 256, 3], fn)));
    const next = random(5, 'sums');
    const values = Float32Array.from({ length: 256 * 256 * 3 }, () => 255 * next());
    const { y } = await session.run({ x: new ort.Tensor('float32', values, [1, 256, 256, 3]) });
    for (const channel of [0, 1, 2]) {
      let sum = 0;
      for (let i = channel; i < values.length; i += 3) sum += values[i] ?? 0;
      expect(Math.abs(Number(y?.data[channel]) / (sum / 256 / 256) - 1)).toBeLessThan(1e-6);
    }
    await session.release();
  });
});

/** Sums over other axes of the same size. */
function elsewhere(model: ModelProto): ModelProto {
  const node = model.graph.node.map((each) => ({
    ...each,
    attribute: each.attribute.map((attribute) => {
      const places = (attribute.ints ?? []).map(Number);
      return attribute.name === 'axes'
        ? { ...attribute, ints: places.map((place) => (place === 2 ? 3 : place)) }
        : attribute;
    }),
  }));
  return { ...model, graph: { ...model.graph, node } };
}

it.each([8, 40])('a mean over the wrong axis of %i places is refused', async (side) => {
  const path = join(folder, `wrong-${side}.onnx`);
  const convert: typeof ours = (...all) => {
    const model = ours(...all);
    expect(elsewhere(model)).not.toEqual(model);
    return elsewhere(model);
  };
  const each = network('wrong', [side, side, side], (x) => tf.mean(x, [1, 2]));
  await expect(exportNetwork(each, path, { convert })).rejects.toThrow(/times as far as rounding moves it/);
  expect(existsSync(path)).toBe(false);
});
