// Where rounding alone decides whether an answer is a number, or how small one that is nearly 0, two right programs may
// differ by any distance: such exports are written, and a fault in them is refused all the same.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { afterAll, describe, expect, it } from 'vitest';
import { convert as ours } from '../../../export/convert.ts';
import { roundingOf } from '../../../export/parity/rounding.ts';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { ANY_NUMBER } from '../../../export/trace/index.ts';
import type { Network } from '../../../export/trace/network.ts';
import { tf } from '../../../train/graph/tensorflow.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-no-number-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe.each<[string, (x: Tensor) => Tensor]>([
  // 1 - 1 where TensorFlow's sigmoid is 1, and 6e-8 where onnxruntime's is the number before.
  ['log(1 - sigmoid(x))', (x) => tf.log(tf.sub(1, tf.sigmoid(x)))],
  ['sqrt(1 - sigmoid(x))', (x) => tf.sqrt(tf.sub(1, tf.sigmoid(x)))],
  ['log1p(-sigmoid(x))', (x) => tf.log1p(tf.neg(tf.sigmoid(x)))],
  ['atanh(tanh(x))', (x) => tf.atanh(tf.tanh(x))],
  // TensorFlow's softmax is 0 where the number would be a denormal, which onnxruntime gives.
  ['log(softmax(x))', (x) => tf.log(tf.softmax(x))],
  ['log(exp(x))', (x) => tf.log(tf.exp(x))],
])('%s', (name, fn) => {
  const network: Network = {
    name,
    inputs: [{ name: 'x', type: 'float32', shape: [ANY_NUMBER, 64] }],
    outputs: ['y'],
    run: ([x]) => [fn(tf.mul(x as Tensor, 0.9))],
    variables: new Map(),
  };
  const path = join(folder, `${name.replaceAll(/\W/g, '')}.onnx`);

  it('is written, and how far it is off is a number', async () => {
    const { comparison } = await exportNetwork(network, path);
    expect(comparison.holds).toBe(true);
    expect(comparison.largestDifference).toBeLessThan(0.1);
  });

  it('is refused where the file computes it of another x', async () => {
    rmSync(path, { force: true });
    const convert: typeof ours = (graph, state, options) => {
      const model = ours(graph, state, options);
      const factor = Float32Array.of(0.9);
      const others = model.graph.initializer.map((tensor) =>
        Buffer.from(tensor.raw_data ?? []).equals(Buffer.from(factor.buffer))
          ? { ...tensor, raw_data: new Uint8Array(Float32Array.of(0.9002).buffer) }
          : tensor,
      );
      return { ...model, graph: { ...model.graph, initializer: others } };
    };
    await expect(exportNetwork(network, path, { convert })).rejects.toThrow(
      /times as far as rounding moves it/,
    );
    expect(existsSync(path)).toBe(false);
  });
});

it('rounding moves the logarithm of nothing by any distance, and that of a number by a share of it', () => {
  const network: Network = {
    name: 'log',
    inputs: [{ name: 'x', type: 'float32', shape: [ANY_NUMBER, 64] }],
    outputs: ['y'],
    run: ([x]) => [tf.log(tf.sub(1, tf.sigmoid(x as Tensor)))],
    variables: new Map(),
  };
  const spreadAt = (at: number) => {
    const tensor = tf.fill([1, 64], at);
    const [answers] = network.run([tensor]);
    const [spread = new Float64Array()] =
      roundingOf(network, [{ name: 'x', tensor }], [answers?.dataSync() ?? []]) ?? [];
    return Array.from(spread);
  };
  expect(spreadAt(20)).toEqual(Array(64).fill(Number.POSITIVE_INFINITY));
  for (const moved of spreadAt(0)) expect(moved).toBeLessThan(1e-5);
});
