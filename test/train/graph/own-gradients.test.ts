// Our ops for the gradients of depthwise convolutions and of ReLU6: what TensorFlow's own ops compute.
import type { Tensor, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import { beforeEach, describe, expect, it } from 'vitest';
import { toBfloat16 } from '../../../train/graph/bfloat16.ts';
import { compile } from '../../../train/graph/compile.ts';
import { depthwiseGradientsFused } from '../../../train/graph/fused-depthwise.ts';
import { relu6GradientsFused } from '../../../train/graph/fused-relu6.ts';
import type { Graph } from '../../../train/graph/graph.ts';
import { hasOwnOps } from '../../../train/graph/own-ops.ts';
import { traceFixed } from '../../../train/graph/retrace.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { relu6 } from '../../../train/layers/activations.ts';
import { biasAdd } from '../../../train/layers/bias.ts';
import { drawn } from './drawn.ts';

interface Layer {
  kernel: number;
  stride: number;
  height: number;
  width: number;
  channels: number;
  padding?: 'same' | 'valid';
}

const layers: Layer[] = [
  { kernel: 3, stride: 1, height: 7, width: 5, channels: 16 },
  { kernel: 5, stride: 1, height: 6, width: 9, channels: 48 },
  { kernel: 3, stride: 2, height: 8, width: 7, channels: 32 },
  { kernel: 5, stride: 2, height: 9, width: 8, channels: 80 },
  // Smaller than the kernel.
  { kernel: 5, stride: 1, height: 2, width: 3, channels: 32 },
  { kernel: 5, stride: 2, height: 1, width: 2, channels: 16 },
];

/**
 * The gradients of input, kernel and bias of a depthwise convolution with bias and ReLU6. All values are small multiples of
 * an eighth, which bfloat16 has, and so are the changes that come back: what a gradient sums is exact.
 */
function gradientsOf({ kernel, stride, height, width, channels, padding = 'same' }: Layer) {
  const shapes = { x: [3, height, width, channels], kernel: [kernel, kernel, channels, 1], bias: [channels] };
  const values = Object.entries(shapes).map(
    ([name, shape]) => [name, tf.div(tf.round(tf.mul(drawn(name, shape), 8)), 8)] as const,
  );
  const variables = new Map<string, Variable>(
    values.map(([name, value]) => [name, tf.variable(value as Tensor)]),
  );
  const [x, weights, bias] = [...variables.values()] as [Variable, Variable, Variable];
  const fn = () => {
    const { grads } = tf.variableGrads(() => {
      const y = relu6(
        biasAdd(tf.depthwiseConv2d(x as Tensor4D, weights as Tensor as Tensor4D, stride, padding), bias),
      );
      return tf.sum(tf.mul(y, tf.div(tf.round(tf.mul(drawn('changes', y.shape), 8)), 8)));
    }, [x, weights, bias]);
    return [x, weights, bias].map(({ name }) => grads[name] as Tensor);
  };
  const graph = traceFixed(fn, () => [], 1, variables);
  const run = (of: Graph): number[][] => {
    const compiled = compile({ go: of });
    compiled.assign(new Map(values));
    const outputs = compiled.run('go', {});
    compiled.dispose();
    return outputs.map((output) => [...output.dataSync()]);
  };
  return { graph, run };
}

const fused = (graph: Graph) => depthwiseGradientsFused(relu6GradientsFused(graph));

/** The ops of gradients, in order. */
const opsOf = ({ nodes }: Graph) =>
  nodes
    .map(({ op }) => op)
    .filter((op) => /Grad|Backprop/.test(op))
    .sort();

/** The largest distance over the largest value. */
function distance(actual: number[] = [], expected: number[] = []): number {
  const largest = Math.max(...expected.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  return Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? Number.NaN)))) / largest;
}

const names = ['input', 'kernel', 'bias'];

describe('gradients of a depthwise convolution with ReLU6', () => {
  beforeEach(({ skip }) => skip(!hasOwnOps(), 'ops of ours are for processors with AVX-512'));

  it.each(layers)('by our ops are TensorFlow’s: $kernel, $stride, $height x $width, $channels', (layer) => {
    const { graph, run } = gradientsOf(layer);
    const [plain, own] = [run(graph), run(fused(graph))];
    expect(opsOf(fused(graph))).toEqual(['TrainyardDepthwiseGrad', 'TrainyardRelu6BiasGrad']);
    // Sums of a few hundred multiples of 1/64 are exact in float32, in any order.
    for (const [i, name] of names.entries()) expect(own[i], name).toEqual(plain[i]);
    const half = run(toBfloat16(fused(graph)));
    // A value that the forward pass rounds to 6 or 0 has no gradient: the ops see other values than in float32, but
    // alike. Input: rounded once, to 8 bits.
    const reference = run(toBfloat16(graph));
    for (const [i, name] of names.entries())
      expect(distance(half[i], reference[i]), name).toBeLessThan(2 ** -7);
  });

  it.each<[string, Layer]>([
    ['a kernel of another size', { kernel: 4, stride: 1, height: 6, width: 6, channels: 16 }],
    ['channels in no multiple of 16', { kernel: 3, stride: 1, height: 6, width: 6, channels: 24 }],
    ['a longer stride', { kernel: 3, stride: 3, height: 9, width: 9, channels: 16 }],
    ['another padding', { kernel: 3, stride: 1, height: 6, width: 6, channels: 16, padding: 'valid' }],
  ])('stay TensorFlow’s for %s', (_, layer) => {
    const { graph } = gradientsOf(layer);
    expect(depthwiseGradientsFused(graph)).toEqual(graph);
  });

  it('leave a value without a number what it is, and zeros and sixes without gradient', () => {
    const y = tf.tensor2d([[-0, 0, 6, 1, 5.96875, Number.NaN, 1e-30, 3, ...Array(8).fill(2)]]);
    const variables = new Map([['y', tf.variable(y)]]);
    const [v] = [...variables.values()] as [Variable];
    const graph = traceFixed(
      () => [tf.variableGrads(() => tf.sum(relu6(tf.mul(v, 1))), [v]).grads[v.name] as Tensor],
      () => [],
      1,
      variables,
    );
    const compiled = compile({ go: relu6GradientsFused(graph) });
    compiled.assign(new Map([['y', y]]));
    const [dx] = compiled.run('go', {});
    compiled.dispose();
    expect([...(dx?.dataSync() ?? [])]).toEqual([0, 0, 0, 1, 1, 0, 1, 1, ...Array(8).fill(1)]);
  });
});
