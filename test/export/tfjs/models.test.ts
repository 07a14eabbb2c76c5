// tfjs models from files: every kind of weights, several inputs and outputs, sizes that vary, graphs with shapes.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-node-gpu';
import { afterAll, describe, expect, it } from 'vitest';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { readNetwork } from '../../../export/tfjs/read.ts';
import { withSize } from '../../../export/trace/input.ts';
import { networkToOnnx } from '../../../export/trace/network.ts';
import { decodeModel, encodeModel } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { weight } from '../ops/weight.ts';
import { checkModels, difference } from '../support.ts';
import { type Quantized, saveGraph, saveLayers, writeModelJson } from './saved.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-tfjs-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { layers } = tf;
const models = new Map<string, Uint8Array>();

/** Exports the model at `path`, which compares it with tfjs, and reads the file again. */
async function exported(path: string, size?: { height: number; width: number }) {
  const network = await readNetwork(path);
  const name = `m${models.size}`;
  const out = join(folder, `${name}.onnx`);
  const { files, comparison } = await exportNetwork(
    { ...network, inputs: withSize(network.inputs, size) },
    out,
  );
  expect(files).toEqual([out]);
  // 1.3e-5 measured, on inputs of some thousands; further where a sum of such numbers is nearly zero, and then within the
  // tolerance of its channel, for which no rounding has to be asked.
  const { holds, largestDifference, roundings } = comparison;
  expect(holds).toBe(true);
  expect(roundings === 0 || largestDifference < 3e-5).toBe(true);
  const bytes = readFileSync(out);
  models.set(name, bytes);
  const { graph } = decodeModel(bytes);
  const shapes = (ports: typeof graph.input) =>
    Object.fromEntries(
      ports.map(({ name: port, type }) => [
        port,
        type?.tensor_type?.shape?.dim.map(({ dim_value, dim_param }) => dim_value ?? dim_param ?? '?'),
      ]),
    );
  return { network, graph, inputs: shapes(graph.input), outputs: shapes(graph.output) };
}

const classifier = (side: number | null): LayersModel =>
  tf.sequential({
    layers: [
      layers.conv2d({
        name: 'first',
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        inputShape: [side, side, 3],
      }),
      layers.batchNormalization({ name: 'norm' }),
      layers.reLU({ maxValue: 6 }),
      layers.depthwiseConv2d({ name: 'depthwise', kernelSize: 3, padding: 'same' }),
      layers.globalAveragePooling2d({}),
      layers.dense({ name: 'head', units: 3, activation: 'softmax' }),
    ],
  });

describe('layers models', () => {
  it.each<Quantized>(['float32', 'uint8', 'uint16', 'float16'])('with weights of %s', async (as) => {
    const { path } = await saveLayers(join(folder, as), classifier(24), as);
    const { graph, inputs } = await exported(path);
    expect(Object.values(inputs)).toEqual([['N', 24, 24, 3]]);
    expect(graph.initializer.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['first/kernel', 'norm/gamma', 'head/bias']),
    );
    expect(graph.node.map(({ name }) => name)).toEqual(expect.arrayContaining(['first/Conv', 'head/Gemm']));
  });

  it('of pictures of any size, and of one size by choice', async () => {
    const { path } = await saveLayers(join(folder, 'any'), classifier(null));
    expect(Object.values((await exported(path)).inputs)).toEqual([['N', 'height', 'width', 3]]);
    const fixed = await exported(path, { height: 20, width: 30 });
    expect(Object.values(fixed.inputs)).toEqual([['N', 20, 30, 3]]);
  });

  it('that cut pictures of any size', async () => {
    const fixed = tf.sequential({
      layers: [
        layers.conv2d({ name: 'before', filters: 4, kernelSize: 3, inputShape: [24, 24, 3] }),
        layers.cropping2D({
          name: 'cut',
          cropping: [
            [1, 2],
            [0, 3],
          ],
        }),
        layers.conv2d({ name: 'after', filters: 2, kernelSize: 3, strides: 2, padding: 'same' }),
      ],
    });
    const { json, shards } = await saveLayers(join(folder, 'cut-fixed'), fixed);
    // tfjs cannot put it together itself.
    const text = JSON.stringify(json).replaceAll('[null,24,24,3]', '[null,null,null,3]');
    const path = writeModelJson(join(folder, 'cut-any'), JSON.parse(text), shards);
    await expect(tf.loadLayersModel(`file://${path}`)).rejects.toThrow(/Negative dimension size/);
    expect(Object.values((await exported(path)).inputs)).toEqual([['N', 'height', 'width', 3]]);
    expect(Object.values((await exported(path, { height: 17, width: 20 })).outputs)).toEqual([
      ['N', 6, 8, 2],
    ]);
  });

  it('that go down and up again, a U-Net of any size, at one by choice', async () => {
    const input = tf.input({ shape: [null, null, 3] });
    const on = (layer: { apply(x: SymbolicTensor | SymbolicTensor[]): unknown }, ...x: SymbolicTensor[]) =>
      layer.apply(x.length === 1 ? (x[0] as SymbolicTensor) : x) as SymbolicTensor;
    const conv = (filters: number, x: SymbolicTensor) =>
      on(layers.conv2d({ filters, kernelSize: 3, padding: 'same', activation: 'relu' }), x);
    const wide = conv(4, input);
    const narrow = conv(6, on(layers.maxPooling2d({ poolSize: 2 }), wide));
    const least = conv(8, on(layers.averagePooling2d({ poolSize: 2 }), narrow));
    const up = on(layers.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }), least);
    const joined = conv(6, on(layers.concatenate(), narrow, up));
    const upAgain = on(
      layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, padding: 'same' }),
      joined,
    );
    const mask = layers.conv2d({ name: 'mask', filters: 1, kernelSize: 1, activation: 'sigmoid' });
    const model = tf.model({ inputs: input, outputs: on(mask, on(layers.concatenate(), wide, upAgain)) });
    const { path } = await saveLayers(join(folder, 'unet'), model);
    const { outputs } = await exported(path, { height: 32, width: 48 });
    expect(outputs).toEqual({ mask: ['N', 32, 48, 1] });
    // Of any size as well: the file answers at sizes that the network takes.
    const network = await readNetwork(path);
    const session = await ort.InferenceSession.create(encodeModel(networkToOnnx(network)));
    for (const [height, width] of [
      [8, 20],
      [36, 4],
    ] as const) {
      const picture = tf.randomNormal([2, height, width, 3], 0, 9, 'float32', 1);
      const [expected] = network.run([picture]);
      const feed = new ort.Tensor('float32', picture.dataSync() as Float32Array, picture.shape);
      const got = await session.run({ [network.inputs[0]?.name ?? '']: feed });
      // 3.0e-7 measured.
      expect(difference(expected?.dataSync() ?? [], got.mask?.data as Float32Array)).toBeLessThan(2e-6);
    }
    await session.release();
  });

  it('with several inputs and outputs', async () => {
    const [a, b] = [
      tf.input({ shape: [8, 8, 2], name: 'picture' }),
      tf.input({ shape: [5], name: 'numbers' }),
    ];
    const x = layers.conv2d({ filters: 3, kernelSize: 3 }).apply(a) as SymbolicTensor;
    const y = layers.dense({ units: 3 }).apply(b) as SymbolicTensor;
    const pooled = layers.globalMaxPooling2d({}).apply(x) as SymbolicTensor;
    const sum = layers.add({ name: 'sum' }).apply([pooled, y]) as SymbolicTensor;
    const model = tf.model({
      inputs: [a, b],
      outputs: [sum, layers.upSampling2d({ name: 'up' }).apply(x) as SymbolicTensor],
    });
    const { path } = await saveLayers(join(folder, 'several'), model);
    const { inputs, outputs } = await exported(path);
    expect(inputs).toEqual({ picture: ['N', 8, 8, 2], numbers: ['N', 5] });
    expect(Object.values(outputs)).toEqual([
      ['N', 3],
      ['N', 12, 12, 3],
    ]);
  });

  it('with recurrent layers, written out step by step', async () => {
    const model = tf.sequential({
      layers: [
        layers.lstm({ units: 4, returnSequences: true, inputShape: [5, 3] }),
        layers.bidirectional({ layer: layers.gru({ units: 3 }) as never, mergeMode: 'concat' }),
        layers.dense({ units: 2 }),
      ],
    });
    const { path } = await saveLayers(join(folder, 'recurrent'), model);
    expect(Object.values((await exported(path)).inputs)).toEqual([['N', 5, 3]]);
  });

  it('with words: embedding, one-dimensional convolution', async () => {
    const model = tf.sequential({
      layers: [
        layers.embedding({ inputDim: 7, outputDim: 4, inputLength: 6 }),
        layers.conv1d({ filters: 5, kernelSize: 3, activation: 'relu' }),
        layers.globalMaxPooling1d({}),
        layers.dense({ units: 2, activation: 'sigmoid' }),
      ],
    });
    const { path } = await saveLayers(join(folder, 'words'), model);
    await exported(path);
  });
});

const values = (name: string, shape: number[]) => ({
  shape,
  values: weight(name, shape).dataSync() as Float32Array,
});
const whole = (...numbers: number[]) => ({ shape: [numbers.length], values: Int32Array.from(numbers) });
const dtype = (name: string) => ({ type: name });
const node = (name: string, op: string, input: string[] = [], attr: Record<string, unknown> = {}) => ({
  name,
  op,
  input,
  attr,
});
const shapeAttribute = (...sizes: number[]) => ({
  shape: { dim: sizes.map((size) => ({ size: String(size) })) },
});

describe('graph models', () => {
  it('that compute shapes, with two outputs', async () => {
    const constant = (name: string, type = 'DT_FLOAT') => node(name, 'Const', [], { dtype: dtype(type) });
    const T = dtype('DT_FLOAT');
    const path = saveGraph(
      join(folder, 'graph'),
      [
        node('x', 'Placeholder', [], { dtype: T, shape: shapeAttribute(-1, 6, 6, 2) }),
        constant('conv/kernel'),
        constant('dense/kernel'),
        constant('dense/bias'),
        ...['zero', 'one', 'size'].map((name) => constant(name, 'DT_INT32')),
        node('conv', 'Conv2D', ['x', 'conv/kernel'], {
          T,
          strides: { list: { i: ['1', '2', '2', '1'] } },
          dilations: { list: { i: ['1', '1', '1', '1'] } },
          padding: { s: Buffer.from('SAME').toString('base64') },
          data_format: { s: Buffer.from('NHWC').toString('base64') },
        }),
        node('relu', 'Relu6', ['conv'], { T }),
        node('shape', 'Shape', ['relu'], { T, out_type: dtype('DT_INT32') }),
        node('batch', 'StridedSlice', ['shape', 'zero', 'one', 'one'], { shrink_axis_mask: { i: '1' } }),
        node('dims', 'Pack', ['batch', 'size'], { N: { i: '2' }, axis: { i: '0' } }),
        node('flat', 'Reshape', ['relu', 'dims'], { T }),
        node('product', 'MatMul', ['flat', 'dense/kernel'], {
          T,
          transpose_a: { b: false },
          transpose_b: { b: false },
        }),
        node('logits', 'BiasAdd', ['product', 'dense/bias'], { T }),
        node('probabilities', 'Softmax', ['logits'], { T }),
        node('features', 'Identity', ['flat'], { T }),
      ],
      {
        'conv/kernel': values('conv', [3, 3, 2, 4]),
        'dense/kernel': values('dense', [36, 3]),
        'dense/bias': values('bias', [3]),
        zero: whole(0),
        one: whole(1),
        size: { shape: [], values: Int32Array.of(36) },
      },
    );
    const { graph, inputs, outputs } = await exported(path);
    expect(inputs).toEqual({ x: ['N', 6, 6, 2] });
    expect(outputs).toEqual({ probabilities: ['N', 3], features: ['N', 36] });
    expect(graph.initializer.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['conv/kernel', 'dense/bias']),
    );
  });
});

describe('together', () => {
  it("pass onnx's full check, and nothing else is written", () => {
    expect(checkModels(models)).toBe(`${models.size} checked`);
    expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
