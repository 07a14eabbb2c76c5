// Models within models: transfer learning, twins, layers that are shared, from memory and from a model.json that tfjs saved.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { layers as Layers, LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs-node-gpu';
import { afterAll, describe, expect, it } from 'vitest';
import { networkOfLayers } from '../../../export/tfjs/layers-model.ts';
import { readNetwork } from '../../../export/tfjs/read.ts';
import { type Network, networkToOnnx } from '../../../export/trace/network.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { normal, random } from '../../../train/random.ts';
import { difference } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-nested-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { layers } = tf;
const on = (layer: Layers.Layer | LayersModel, ...inputs: SymbolicTensor[]) =>
  layer.apply(inputs.length === 1 ? (inputs[0] as SymbolicTensor) : inputs) as SymbolicTensor;
const picture = (name: string) => tf.input({ shape: [8, 8, 3], name });

/** A trunk without a head, as a functional model. */
function backbone(name: string): LayersModel {
  const input = picture(`${name}_in`);
  const x = on(layers.conv2d({ name: `${name}_conv`, filters: 4, kernelSize: 3, strides: 2 }), input);
  const y = on(layers.batchNormalization({ name: `${name}_norm` }), x);
  return tf.model({ inputs: input, outputs: on(layers.reLU({ name: `${name}_relu` }), y), name });
}

const pooled = (name: string): LayersModel => {
  const sequential = tf.sequential({ name });
  sequential.add(backbone(`${name}_backbone`));
  sequential.add(layers.globalAveragePooling2d({ name: `${name}_pool` }));
  return sequential;
};

const dense = (name: string, units = 3) => layers.dense({ name, units, activation: 'softmax' });

const makers: Readonly<Record<string, () => LayersModel>> = {
  'a head on a base': () => {
    const input = picture('image');
    const x = on(layers.flatten({ name: 'flat' }), on(backbone('base'), input));
    return tf.model({ inputs: input, outputs: on(dense('head'), x) });
  },
  'a head on the outputs of a base': () => {
    const base = backbone('inside');
    const x = on(layers.globalMaxPooling2d({ name: 'max' }), base.outputs[0] as SymbolicTensor);
    return tf.model({ inputs: base.inputs, outputs: on(dense('above'), x) });
  },
  'a head on a base that was cut': () => {
    const whole = backbone('whole');
    const cut = tf.model({
      inputs: whole.inputs,
      outputs: whole.getLayer('whole_norm').output as SymbolicTensor,
    });
    const input = picture('uncut');
    const x = on(layers.globalAveragePooling2d({ name: 'mean' }), on(cut, input));
    return tf.model({ inputs: input, outputs: on(dense('onto'), x) });
  },
  twins: () => {
    const base = pooled('twin');
    const [a, b] = [picture('left'), picture('right')];
    const both = on(layers.concatenate({ name: 'both' }), on(base, a), on(base, b));
    return tf.model({ inputs: [a, b], outputs: on(dense('same', 2), both) });
  },
  'a base that is called three times on one input': () => {
    const square = tf.sequential({ name: 'again' });
    square.add(layers.dense({ name: 'again_dense', units: 5, inputShape: [5], activation: 'tanh' }));
    const input = tf.input({ shape: [5], name: 'numbers' });
    return tf.model({ inputs: input, outputs: on(square, on(square, on(square, input))) });
  },
  'sequential in sequential in sequential': () => {
    const inner = tf.sequential({ name: 'innermost' });
    inner.add(layers.conv2d({ name: 'deep_conv', filters: 3, kernelSize: 3, inputShape: [8, 8, 3] }));
    inner.add(layers.batchNormalization({ name: 'deep_norm' }));
    const middle = tf.sequential({ name: 'middle', layers: [inner, layers.flatten({ name: 'deep_flat' })] });
    return tf.sequential({ name: 'outer', layers: [middle, dense('deep_head')] });
  },
  'doubly nested twins with a layer that is shared': () => {
    const base = pooled('triplet');
    const shared = layers.dense({ name: 'embedding', units: 4 });
    const image = picture('any');
    const embed = tf.model({ inputs: image, outputs: on(shared, on(base, image)), name: 'embed' });
    const inputs = ['anchor', 'near', 'far'].map(picture);
    const outputs = inputs.map((input) => on(embed, input));
    const [anchor, near, far] = outputs as [SymbolicTensor, SymbolicTensor, SymbolicTensor];
    const close = on(layers.dot({ name: 'close', axes: 1 }), anchor, near);
    const away = on(layers.dot({ name: 'away', axes: 1 }), anchor, far);
    const again = on(shared, on(base, inputs[0] as SymbolicTensor));
    return tf.model({ inputs, outputs: [close, away, again] });
  },
  'doubly nested twins': () => {
    const base = pooled('pair_base');
    const image = picture('either');
    const embed = tf.model({
      inputs: image,
      outputs: on(layers.dense({ name: 'embedded', units: 4 }), on(base, image)),
      name: 'embed_pair',
    });
    const inputs = ['first', 'second'].map(picture);
    const [a, b] = inputs.map((input) => on(embed, input)) as [SymbolicTensor, SymbolicTensor];
    return tf.model({ inputs, outputs: on(layers.dot({ name: 'alike', axes: 1, normalize: true }), a, b) });
  },
  'a base with two outputs and two inputs': () => {
    const [a, b] = [tf.input({ shape: [4], name: 'a' }), tf.input({ shape: [4], name: 'b' })];
    const sum = on(layers.add({ name: 'sum' }), a, b);
    const product = on(
      layers.multiply({ name: 'product' }),
      a,
      on(layers.dense({ name: 'mixed', units: 4 }), b),
    );
    const base = tf.model({ inputs: [a, b], outputs: [sum, product], name: 'pair' });
    const [x, y] = [tf.input({ shape: [4], name: 'x' }), tf.input({ shape: [4], name: 'y' })];
    const first = base.apply([x, y]) as SymbolicTensor[];
    const second = base.apply([y, first[1] as SymbolicTensor]) as SymbolicTensor[];
    const all = on(layers.concatenate({ name: 'all' }), ...first, ...second);
    return tf.model({ inputs: [x, y], outputs: on(dense('last', 2), all) });
  },
  'a model for each step of time': () => {
    const step = tf.sequential({ name: 'step' });
    step.add(layers.dense({ name: 'step_dense', units: 4, inputShape: [3], activation: 'tanh' }));
    step.add(layers.dense({ name: 'step_dense_2', units: 2 }));
    const input = tf.input({ shape: [5, 3], name: 'steps' });
    return tf.model({
      inputs: input,
      outputs: on(layers.timeDistributed({ name: 'each', layer: step }), input),
    });
  },
  'branches of one base that meet': () => {
    const base = backbone('branches');
    const input = picture('forked');
    const x = on(base, input);
    const paths = ['one', 'two'].map((name) => on(layers.conv2d({ name, filters: 4, kernelSize: 1 }), x));
    const joined = on(layers.add({ name: 'meet' }), x, ...paths);
    const flat = on(layers.flatten({ name: 'meet_flat' }), joined);
    return tf.model({ inputs: input, outputs: [on(dense('meet_head'), flat), x] });
  },
};

/** tfjs does not load this one again. */
const SAVED_TWICE = 'doubly nested twins with a layer that is shared';

/** Numbers that show which weight is where. */
function drawWeights(model: LayersModel): void {
  for (const weight of model.weights) {
    const next = random(2, weight.originalName);
    const draw = /variance/.test(weight.originalName) ? () => 0.5 + next() : () => normal(next) * 0.4;
    const size = weight.shape.reduce<number>((product, n) => product * (n ?? 1), 1);
    weight.write(tf.tensor(Array.from({ length: size }, draw), weight.shape as number[]));
  }
}

interface Answers {
  readonly inputs: readonly { shape: number[]; values: Float32Array }[];
  readonly outputs: readonly ArrayLike<number>[];
}

/** Negative, zero and large numbers in, and what tfjs says of them. */
function asked(model: LayersModel): Answers {
  const inputs = model.inputs.map(({ shape }, i) => {
    const next = random(4, `nested/${i}`);
    const dims = [4, ...(shape.slice(1) as number[])];
    const each = dims.slice(1).reduce((a, b) => a * b, 1);
    const values = Float32Array.from(
      { length: 4 * each },
      (_, k) => ([1, 0, -3, 20][Math.floor(k / each)] ?? 1) * normal(next),
    );
    return { shape: dims, values };
  });
  const outputs: ArrayLike<number>[] = [];
  tf.tidy(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values, shape));
    const made = model.predict(tensors.length === 1 ? (tensors[0] as Tensor) : tensors);
    for (const tensor of [made].flat()) outputs.push(tensor.dataSync());
  });
  return { inputs, outputs };
}

async function differenceOf(network: Network, { inputs, outputs }: Answers): Promise<number> {
  const session = await ort.InferenceSession.create(encodeModel(networkToOnnx(network)));
  const feeds = network.inputs.map(
    ({ name }, i) => [name, new ort.Tensor('float32', inputs[i]?.values ?? [], inputs[i]?.shape)] as const,
  );
  const got = await session.run(Object.fromEntries(feeds));
  await session.release();
  expect(network.outputs).toHaveLength(outputs.length);
  return Math.max(
    ...network.outputs.map((name, i) => difference(outputs[i] ?? [], got[name]?.data as Float32Array)),
  );
}

describe('models within models', () => {
  it.each(Object.entries(makers))('%s', async (name, make) => {
    const model = make();
    drawWeights(model);
    const answers = asked(model);
    // 1.4e-6 measured, of numbers up to 30.
    expect(await differenceOf(networkOfLayers(model, 'memory'), answers)).toBeLessThan(5e-6);
    const path = join(folder, name.replaceAll(' ', '-'));
    await model.save(`file://${path}`);
    if (name === SAVED_TWICE) {
      await expect(tf.loadLayersModel(`file://${path}/model.json`)).rejects.toThrow(/Duplicate weight name/);
      await expect(readNetwork(path)).rejects.toThrow(/has two weights called .*: export such a model from/);
      return;
    }
    const read = await readNetwork(path);
    expect(read.inputs.map(({ shape }) => shape)).toEqual(
      networkOfLayers(model, 'memory').inputs.map(({ shape }) => shape),
    );
    expect(await differenceOf(read, answers)).toBeLessThan(5e-6);
  });

  it('have a result twice among the outputs of the whole, and none among those of a model within', async () => {
    const input = picture('twice_in');
    const y = on(dense('twice_dense'), on(layers.flatten({ name: 'twice_flat' }), input));
    const z = on(dense('other_dense'), y);
    const whole = tf.model({ inputs: input, outputs: [y, z, y], name: 'twice' });
    drawWeights(whole);
    const once = asked(tf.model({ inputs: input, outputs: [y, z] }));
    const [first = [], second = []] = once.outputs;
    const answers = { ...once, outputs: [first, second, first] };
    // 3e-8 measured.
    expect(await differenceOf(networkOfLayers(whole, 'memory'), answers)).toBeLessThan(2e-7);
    // tfjs itself answers nothing for the second, and fails at what is computed from it.
    const inner = tf.model({ inputs: input, outputs: [y, y], name: 'inner' });
    const outer = picture('outer_in');
    const model = tf.model({ inputs: outer, outputs: inner.apply(outer) as SymbolicTensor[] });
    expect(() => networkOfLayers(model, 'memory')).toThrow(
      /^Model inner, which is a layer, lists the result of layer twice_dense twice among its outputs/,
    );
  });

  it('that are called once more than they say are refused with the call', async () => {
    const path = join(folder, 'a-head-on-a-base', 'model.json');
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('["base",1,0,{}]');
    writeFileSync(path, text.replaceAll('["base",1,0,{}]', '["base",2,0,{}]'));
    await expect(readNetwork(path)).rejects.toThrow(
      /layer flat takes its input from base \(call 3\), which is not there/,
    );
  });
});
