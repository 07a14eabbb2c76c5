// The bfloat16 pass: what it turns into bfloat16, what it leaves, and how far a training goes astray by it.
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { toBfloat16 } from '../../../train/graph/bfloat16.ts';
import { compile } from '../../../train/graph/compile.ts';
import { type Graph, type Node, nodesByName, parseReference } from '../../../train/graph/graph.ts';
import { traceFixed } from '../../../train/graph/retrace.ts';
import { DataType, tf, uint8Tensor } from '../../../train/graph/tensorflow.ts';
import { relu } from '../../../train/layers/activations.ts';
import { batchNorm } from '../../../train/layers/batch-norm.ts';
import { conv2d, flatten, maxPool } from '../../../train/layers/convolution.ts';
import { dense } from '../../../train/layers/dense.ts';
import { type Architecture, allParameters, createParameters } from '../../../train/layers/net.ts';
import { stepFunction } from '../../../train/loop/step-functions.ts';
import type { OptimizerOptions } from '../../../train/optimizers/index.ts';
import { createUpdater } from '../../../train/optimizers/updater.ts';
import { random } from '../../../train/random.ts';
import { findRecipe } from '../../../train/recipes/index.ts';

const { float32, bfloat16, int32 } = DataType;
const BATCH = 8;

/** One of every layer that the pass knows. */
const network: Architecture = (net, images) => {
  let x = relu(batchNorm(net, 'norm', conv2d(net, 'conv1', images, { filters: 8, kernel: 3, bias: false })));
  x = tf.add(x, relu(conv2d(net, 'conv2', x, { filters: 8, kernel: 3 })));
  return dense(net, 'logits', flatten(maxPool(x)), { units: 4 });
};

function training(optimizer: OptimizerOptions) {
  const recipe = findRecipe('digits', { batchSize: BATCH, optimizer });
  const parameters = createParameters(network, [8, 8, 1], 5);
  const updater = createUpdater(recipe, parameters.weights);
  const variables = new Map([...allParameters(parameters), ...updater.slots]);
  const fn = stepFunction(recipe, network, parameters, updater);
  const graph = traceFixed(
    fn,
    () => Object.entries(batch(0)).map(([name, tensor]) => ({ name, tensor })),
    BATCH,
    variables,
  );
  const initial = new Map([...variables].map(([name, v]) => [name, Float32Array.from(v.dataSync())]));
  return { graph, initial };
}

function batch(k: number): Record<string, Tensor> {
  const next = random(k, 'pictures');
  return {
    image: uint8Tensor(
      Uint8Array.from({ length: BATCH * 64 }, () => next() * 256),
      [BATCH, 8, 8, 1],
    ),
    labels: tf.tensor1d(
      Int32Array.from({ length: BATCH }, () => next() * 4),
      'int32',
    ),
    learningRate: tf.scalar(0.01),
    momentum: tf.scalar(0.9),
    step: tf.scalar(k + 1),
    seed: tf.tensor1d([k, 1], 'int32'),
  };
}

const momentum: OptimizerOptions = { name: 'momentum', weightDecay: 1e-3 };

describe('the graph of a training step', () => {
  const { graph } = training(momentum);
  const mixed = toBfloat16(graph);
  const nodes = nodesByName(mixed);
  const typeOf = (reference: string) => {
    const { name, index } = parseReference(reference);
    return nodes.get(name)?.outputs[index]?.dtype;
  };
  const byOp = (op: string) => mixed.nodes.filter((node) => node.op === op);

  it('computes products, convolutions and the activations between them in bfloat16', () => {
    const heavy = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter', 'BatchMatMulV2'];
    const between = ['Relu', 'ReluGrad', 'MaxPool', 'MaxPoolGrad', 'BiasAdd'];
    for (const op of [...heavy, ...between, 'FusedBatchNormV3', 'FusedBatchNormGradV3']) {
      expect(byOp(op).length, op).toBeGreaterThan(0);
      for (const node of byOp(op)) {
        expect(node.outputs[0]?.dtype, op).toBe(bfloat16);
        expect(node.attributes.T, op).toEqual({ type: bfloat16 });
      }
    }
  });

  it('keeps variables, statistics, loss and the optimizer in float32', () => {
    for (const node of [...byOp('Variable'), ...byOp('SoftmaxCrossEntropyWithLogits')])
      for (const output of node.outputs) expect(output.dtype, node.op).toBe(float32);
    for (const [name, reference] of mixed.updates) expect(typeOf(reference), name).toBe(float32);
    for (const reference of mixed.outputs) expect(typeOf(reference)).toBe(float32);
    // Scale, offset, moving mean and variance come and go as float32.
    for (const { inputs, outputs } of byOp('FusedBatchNormV3')) {
      expect(inputs.map(typeOf)).toEqual([bfloat16, float32, float32, float32, float32]);
      expect(outputs.map(({ dtype }) => dtype)).toEqual([bfloat16, ...Array(5).fill(float32)]);
    }
    for (const node of mixed.nodes.filter(({ op }) => ['Mul', 'Sub', 'Sqrt', 'RealDiv'].includes(op)))
      for (const output of node.outputs) expect([float32, int32], node.op).toContain(output.dtype);
  });

  it('declares bfloat16 for the ops that take it, and for no other', () => {
    for (const node of mixed.nodes.filter(({ op }) => op !== 'Cast')) {
      const T = node.attributes.T;
      const declared = T !== undefined && 'type' in T && T.type === bfloat16;
      const takes = node.inputs.some((reference) => typeOf(reference) === bfloat16);
      expect(takes, `${node.op} declares ${JSON.stringify(T)}`).toBe(declared);
    }
  });

  it('casts at borders alone: once per value and type, never back and forth, never in vain', () => {
    const added = byOp('Cast').filter(({ name }) => name.includes('/as'));
    expect(added.length).toBeGreaterThan(0);
    const keys = added.map(({ inputs, outputs }) => `${inputs[0]} ${outputs[0]?.dtype}`);
    expect(new Set(keys).size).toBe(keys.length);
    const used = new Set([
      ...mixed.nodes.flatMap(({ inputs }) => inputs),
      ...mixed.outputs,
      ...mixed.updates.values(),
    ]);
    for (const cast of added) {
      const source = nodes.get(parseReference(cast.inputs[0] ?? '').name);
      expect(source?.name.includes('/as'), `${cast.name} casts a cast`).toBe(false);
      expect(typeOf(cast.inputs[0] ?? '')).not.toBe(cast.outputs[0]?.dtype);
      expect(used.has(`${cast.name}:0`), `${cast.name} is not used`).toBe(true);
    }
    // In: pictures, three kernels, two biases, the loss's gradient. Out: logits, the gradients of three kernels and of
    // a bias; that of the logits' bias is a sum over the loss's own, in float32.
    const to = (dtype: number) => added.filter(({ outputs }) => outputs[0]?.dtype === dtype).length;
    expect({ in: to(bfloat16), out: to(float32) }).toEqual({ in: 7, out: 5 });
  });

  it('leaves the graph it was given as it was', () => {
    expect(graph.nodes.some(({ outputs }) => outputs.some(({ dtype }) => dtype === bfloat16))).toBe(false);
  });
});

describe('additions', () => {
  it('of activations follow, of a float32 value do not', () => {
    const mixed = (fn: (x: Tensor) => Tensor): Graph =>
      toBfloat16(
        traceFixed(
          ({ x }) => [fn(x as Tensor)],
          () => [{ name: 'x', tensor: tf.ones([2, 2]) }],
          1,
          new Map(),
        ),
      );
    const square = (x: Tensor) => tf.matMul(x as Tensor2D, x as Tensor2D);
    const addition = ({ nodes }: Graph): Node | undefined => nodes.find(({ op }) => op.startsWith('Add'));
    expect(addition(mixed((x) => tf.add(square(x), square(x))))?.outputs[0]?.dtype).toBe(bfloat16);
    expect(addition(mixed((x) => tf.add(square(x), x)))?.outputs[0]?.dtype).toBe(float32);
    expect(addition(mixed((x) => tf.add(x, x)))?.outputs[0]?.dtype).toBe(float32);
  });
});

describe('a convolution in bfloat16', () => {
  it('is float32’s of rounded inputs, rounded', () => {
    const next = random(1, 'values');
    const values = (n: number) => Float32Array.from({ length: n }, () => next() - 0.5);
    const x = tf.tensor4d(values(2 * 6 * 6 * 8), [2, 6, 6, 8]);
    const kernel = tf.tensor4d(values(3 * 3 * 8 * 8), [3, 3, 8, 8]);
    const fn = (inputs: Record<string, Tensor>) => [tf.conv2d(inputs.x as Tensor4D, kernel, 1, 'same')];
    const graph = traceFixed(fn, () => [{ name: 'x', tensor: x.clone() }], 1, new Map());
    const compiled = compile({ go: toBfloat16(graph) });
    const [y] = compiled.run('go', { x });
    const expected = tf.conv2d(rounded(x) as Tensor4D, rounded(kernel) as Tensor4D, 1, 'same').dataSync();
    const received = y?.dataSync() ?? [];
    // bfloat16 has 8 significant bits, so that rounding is off by at most 2^-8 = 0.0039. Measured: 0.0036.
    const worst = Math.max(
      ...Array.from(expected, (e, i) => Math.abs((received[i] ?? Number.NaN) - e) / (Math.abs(e) + 1e-4)),
    );
    expect(worst).toBeLessThanOrEqual(2 ** -8);
    compiled.dispose();
  });
});

describe('a training in bfloat16', () => {
  // Measured over 10 steps: the loss at most 0.0064 off.
  const LOSS = 0.01;

  // How far weights end from where float32 takes them, as a share of the way they went.
  // Measured: 0.070, 0.078 (both conv1/kernel), 0.164 (logits/kernel; Muon's own products are in bfloat16 too).
  it.each<OptimizerOptions & { way: number }>([
    { ...momentum, way: 0.1 },
    { name: 'adamw', beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01, way: 0.1 },
    { name: 'muon', beta2: 0.99, epsilon: 1e-8, weightDecay: 0.01, way: 0.2 },
  ])('stays near float32 for 10 steps of $name', ({ way, ...optimizer }) => {
    const { graph, initial } = training(optimizer);
    const precise = compile({ go: graph });
    const mixed = compile({ go: toBfloat16(graph) });
    precise.write(initial);
    mixed.write(initial);
    for (let k = 0; k < 10; k++) {
      const [a, b] = [precise, mixed].map((step) => step.run('go', batch(k))[0]?.dataSync()[0] ?? Number.NaN);
      expect(Math.abs((b ?? Number.NaN) / (a ?? 0) - 1), `loss at step ${k}`).toBeLessThanOrEqual(LOSS);
    }
    const [far, near] = [precise.read(), mixed.read()];
    for (const [name, values] of far) {
      if (name.startsWith('optimizer/')) continue;
      const moved = distance(values, initial.get(name));
      expect(distance(values, near.get(name)) / moved, name).toBeLessThanOrEqual(way);
    }
    precise.dispose();
    mixed.dispose();
  });
});

/** Rounded to bfloat16: the upper half of a float32, to nearest even. */
function rounded(tensor: Tensor): Tensor {
  const values = Float32Array.from(tensor.dataSync());
  const bits = new Uint32Array(values.buffer);
  for (const [i, word] of bits.entries()) bits[i] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  return tf.tensor(values, tensor.shape);
}

/** Euclidean. */
function distance(a: Float32Array, b: Float32Array | undefined): number {
  return Math.hypot(...a.map((value, i) => value - (b?.[i] ?? Number.NaN)));
}
