// What the comparison of an export is for: a file with any of the faults that converters have is refused, whatever the
// inputs are on which it shows.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { afterAll, describe, expect, it } from 'vitest';
import { convert as ours } from '../../../export/convert.ts';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { networkOfLayers } from '../../../export/tfjs/layers-model.ts';
import { ANY_NUMBER } from '../../../export/trace/index.ts';
import type { Network } from '../../../export/trace/network.ts';
import type { ModelProto, NodeProto, TensorProto } from '../../../models/onnx/schema.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { normal, random } from '../../../train/random.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-faults-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Two blocks of convolution and batch norm, a depthwise one, pools and a head, with weights as training leaves them. */
function classifier(epsilon: number, softmax: boolean): Network {
  const { layers } = tf;
  const model = tf.sequential({
    layers: [
      layers.conv2d({ inputShape: [16, 16, 3], filters: 8, kernelSize: 3, padding: 'same', name: 'first' }),
      layers.batchNormalization({ epsilon }),
      layers.activation({ activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.depthwiseConv2d({ kernelSize: 3, padding: 'same' }),
      layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same' }),
      layers.batchNormalization({ epsilon }),
      layers.activation({ activation: 'relu6' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ units: 5, ...(softmax && { activation: 'softmax' }) }),
    ],
  });
  const next = random(3, 'faults');
  for (const weight of model.weights) {
    const { shape } = weight.read();
    const fan = shape.slice(0, -1).reduce<number>((product, n) => product * (n ?? 1), 1);
    const draw = weight.name.includes('variance')
      ? () => 0.2 + next()
      : weight.name.includes('gamma')
        ? () => 0.5 + next()
        : () => normal(next) / Math.sqrt(fan);
    const values = Array.from({ length: shape.reduce<number>((product, n) => product * (n ?? 1), 1) }, draw);
    weight.write(tf.tensor(values, shape as number[]));
  }
  return networkOfLayers(model, 'faulty');
}

const attributes = (node: NodeProto, change: (values: number[]) => number[], name: string): NodeProto => ({
  ...node,
  attribute: node.attribute.map((each) =>
    each.name === name ? { ...each, ints: change((each.ints ?? []).map(Number)) } : each,
  ),
});

/** The first node of an operator, changed. */
function changed(model: ModelProto, operator: string, change: (node: NodeProto) => NodeProto): ModelProto {
  const at = model.graph.node.findIndex(({ op_type }) => op_type === operator);
  expect(at).toBeGreaterThanOrEqual(0);
  const node = model.graph.node.map((each, i) => (i === at ? change(each) : each));
  return { ...model, graph: { ...model.graph, node } };
}

/** One weight, changed in place of a copy. */
function weighed(model: ModelProto, name: RegExp, change: (values: Float32Array) => void): ModelProto {
  const at = model.graph.initializer.findIndex((tensor) => name.test(tensor.name ?? ''));
  expect(at).toBeGreaterThanOrEqual(0);
  const initializer = model.graph.initializer.map((tensor, i): TensorProto => {
    if (i !== at) return tensor;
    const values = new Float32Array((tensor.raw_data ?? new Uint8Array()).slice().buffer);
    change(values);
    return { ...tensor, raw_data: new Uint8Array(values.buffer) };
  });
  return { ...model, graph: { ...model.graph, initializer } };
}

const faults: Record<string, (model: ModelProto) => ModelProto> = {
  'a padding at the other side': (model) =>
    changed(model, 'Conv', (node) =>
      attributes(
        node,
        ([top = 0, left = 0, ...rest]) => [top - 1, left, (rest[0] ?? 0) + 1, ...rest.slice(1)],
        'pads',
      ),
    ),
  'rows for columns': (model) =>
    changed(model, 'Transpose', (node) => attributes(node, () => [0, 3, 2, 1], 'perm')),
  'no bias in one channel': (model) => weighed(model, /first.*bias/, (values) => values.fill(0, 3, 4)),
  'one weight a tenth larger': (model) =>
    weighed(model, /first.*kernel/, (values) => values.set([(values[7] ?? 0) * 1.1], 7)),
  'an epsilon ten times as large': (model) =>
    changed(model, 'BatchNormalization', (node) => ({
      ...node,
      attribute: node.attribute.map((each) =>
        each.name === 'epsilon' ? { ...each, f: Number(each.f) * 10 } : each,
      ),
    })),
};

describe.each([
  ['logits, epsilon 1e-3', classifier(1e-3, false)],
  ['probabilities, epsilon 1e-3', classifier(1e-3, true)],
  ['logits, epsilon 1e-5', classifier(1e-5, false)],
])('%s', (name, network) => {
  it('is written as it is', async () => {
    const path = join(folder, `${name}.onnx`);
    const { comparison } = await exportNetwork(network, path);
    expect(comparison).toMatchObject({ holds: true, runs: 4 });
    expect(existsSync(path)).toBe(true);
  });

  it.each(Object.entries(faults))('with %s, is refused', async (fault, plant) => {
    const path = join(folder, `${name} ${fault}.onnx`);
    const convert: typeof ours = (...all) => plant(ours(...all));
    await expect(exportNetwork(network, path, { convert })).rejects.toThrow(
      /onnxruntime does not answer as tfjs does.*times as far as rounding moves it/s,
    );
    expect(existsSync(path)).toBe(false);
  });
});

/** A picture in another size, filtered before and after, and averaged: what rounds a row is not leveled out. */
function resized(size: [number, number], alignCorners: boolean, halfPixels: boolean): Network {
  const next = random(5, 'resized');
  const kernel = (...shape: [number, number, number, number]) =>
    tf.tensor4d(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => normal(next) / 5),
      shape,
    );
  const [first, second] = [kernel(3, 3, 3, 4), kernel(3, 3, 4, 4)];
  return {
    name: 'resized',
    inputs: [{ name: 'x', type: 'float32', shape: [ANY_NUMBER, 16, 14, 3] }],
    outputs: ['picture', 'average'],
    run: ([x]) => {
      const features = tf.relu(tf.conv2d(x as Tensor4D, first, 1, 'same')) as Tensor4D;
      const larger = tf.image.resizeBilinear(features, size, alignCorners, halfPixels);
      return [larger, tf.mean(tf.relu(tf.conv2d(larger, second, 1, 'same')), [1, 2])];
    },
    variables: new Map(),
  };
}

describe.each([
  ['three times as large, half pixels', resized([48, 42], false, true)],
  ['three times as large, corners', resized([48, 42], true, false)],
  ['17x23, half pixels', resized([17, 23], false, true)],
  ['17x23, corners', resized([17, 23], true, false)],
  ['17x23', resized([17, 23], false, false)],
  ['a little smaller, half pixels', resized([15, 13], false, true)],
])('a picture resized, %s', (name, network) => {
  // Coordinates of three times a size, or of 17/16 of it, are rounded: 2.5e-3 measured, of the numbers of large inputs.
  it('is written as it is', async () => {
    const path = join(folder, `${name}.onnx`);
    await expect(exportNetwork(network, path)).resolves.toMatchObject({ comparison: { holds: true } });
  });

  const modes = ['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel', 'half_pixel_symmetric'];
  it.each(modes)('with %s in place of another rule, is refused', async (mode) => {
    let isSame = false;
    const convert: typeof ours = (...all) =>
      changed(ours(...all), 'Resize', (node) => ({
        ...node,
        attribute: node.attribute.map((each) => {
          if (each.name !== 'coordinate_transformation_mode') return each;
          const made = Buffer.from(each.s ?? []).toString();
          // These three are the same rule where the sizes that come out are whole and larger than 1.
          isSame = made === mode || (made === 'half_pixel' && mode.includes('half_pixel'));
          return { ...each, s: Buffer.from(mode) };
        }),
      }));
    const path = join(folder, `${name} ${mode}.onnx`);
    const written = exportNetwork(network, path, { convert }).then(() => true, String);
    expect(await written).toEqual(isSame ? true : expect.stringMatching(/times as far as rounding moves it/));
  });
});

it('an output that rounding alone decides on every input is not proved, however near the file is', async () => {
  // A millionth of the numbers is hundreds of turns of the sine.
  const network: Network = {
    name: 'turns',
    inputs: [{ name: 'x', type: 'float32', shape: [ANY_NUMBER, 8] }],
    outputs: ['y'],
    run: ([x]) => [tf.sin(tf.mul(tf.add(tf.abs(x as Tensor), 1.1), 1e9))],
    variables: new Map(),
  };
  const path = join(folder, 'turns.onnx');
  const convert: typeof ours = (...all) =>
    weighed(ours(...all), /./, (values) => values.fill((values[0] ?? 0) * 1.5));
  await expect(exportNetwork(network, path, { convert })).rejects.toThrow(/does not answer as tfjs does/);
  expect(existsSync(path)).toBe(false);
});
