// Batch norms by kept statistics as scaled kernels: what TensorFlow's own op for them computes, and its gradient.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../train/graph/compile.ts';
import { normsFolded } from '../../../train/graph/folded-norms.ts';
import type { Graph } from '../../../train/graph/graph.ts';
import { traceDynamic, traceFixed } from '../../../train/graph/retrace.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { relu6 } from '../../../train/layers/activations.ts';
import { batchNorm } from '../../../train/layers/batch-norm.ts';
import { conv2d } from '../../../train/layers/convolution.ts';
import { depthwiseConv2d } from '../../../train/layers/depthwise.ts';
import { createParameters, type Net, netOf } from '../../../train/layers/net.ts';
import { drawn } from './drawn.ts';

const SHAPE = [9, 9, 3];
const kept = { statistics: 'kept' } as const;

/** An inverted residual block after a first convolution; its last norm has no scale. */
function block(net: Net, x: Tensor): Tensor {
  const options = { filters: 16, kernel: 3, strides: 2, bias: false };
  const stem = relu6(batchNorm(net, 'stem/norm', conv2d(net, 'stem', x, options), kept));
  const deep = depthwiseConv2d(net, 'deep', stem, { kernel: 3 });
  const middle = relu6(batchNorm(net, 'deep/norm', deep, { ...kept, epsilon: 0.01 }));
  const end = conv2d(net, 'end', middle, { filters: 16, kernel: 1, bias: false });
  return tf.add(batchNorm(net, 'end/norm', end, { ...kept, scale: false }), stem);
}

type Network = typeof block;

/** The graph of what `network` makes of pictures and, where `trained` says so, of all gradients; and how it is run. */
function graphOf(network: Network, trained = true) {
  const parameters = createParameters(network, SHAPE, 1);
  const all = new Map<string, Variable>([...parameters.weights, ...parameters.statistics]);
  const net = netOf(parameters, { training: trained });
  const forward = ({ x }: Record<string, Tensor>) => network(net, x as Tensor);
  const inputs = (n: number) => [{ name: 'x', tensor: drawn('x', [n, ...SHAPE]) }];
  const gradients = (values: Record<string, Tensor>) => {
    const { value, grads } = tf.variableGrads(() => {
      const y = forward(values);
      return tf.sum(tf.mul(y, drawn('changes', y.shape)));
    }, [...parameters.weights.values()]);
    return [value, ...[...parameters.weights.values()].map(({ name }) => grads[name] as Tensor)];
  };
  const graph = trained
    ? traceFixed(gradients, inputs, 4, all)
    : traceDynamic((values) => [forward(values)], inputs, all);
  // No statistic is 0 and no scale 1: variances are above zero.
  const values = [...all].map(([name, { shape }]) => {
    const numbers = drawn(name, shape).dataSync() as Float32Array;
    return [name, /variance|gamma/.test(name) ? numbers.map((v) => 0.5 + Math.abs(v)) : numbers] as const;
  });
  const run = (of: Graph): number[][] => {
    const compiled = compile({ go: of });
    compiled.write(new Map(values));
    const outputs = compiled.run('go', { x: drawn('x', [4, ...SHAPE]) });
    compiled.dispose();
    return outputs.map((output) => [...output.dataSync()]);
  };
  return { graph, run };
}

const norms = ({ nodes }: Graph) => nodes.filter(({ op }) => op.startsWith('FusedBatchNorm')).length;

/** The largest distance between values, over the largest of them. */
function distance(actual: number[] = [], expected: number[] = []): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(value - (actual[i] ?? Number.NaN)))) / largest;
}

describe('batch norms by kept statistics', () => {
  it('and all their gradients are those of TensorFlow’s op', () => {
    const { graph, run } = graphOf(block);
    const folded = normsFolded(graph);
    expect([norms(graph), norms(folded)]).toEqual([6, 0]);
    const [expected, actual] = [run(graph), run(folded)];
    expect(expected.length).toBe(1 + 8);
    // Measured: 3.4e-7, with AVX2 alone as well.
    for (const [i, values] of expected.entries())
      expect(distance(actual[i], values), `${i}`).toBeLessThan(1e-6);
  });

  it('are gone from a forward pass for any number of pictures', () => {
    const { graph, run } = graphOf(block, false);
    const folded = normsFolded(graph);
    expect([norms(graph), norms(folded)]).toEqual([3, 0]);
    expect(distance(run(folded)[0], run(graph)[0])).toBeLessThan(1e-6);
  });

  it.each<[string, Network]>([
    ['look at the batch', (net, x) => batchNorm(net, 'norm', conv2d(net, 'c', x, plain))],
    [
      'normalize what is no convolution',
      (net, x) => conv2d(net, 'c', batchNorm(net, 'norm', x, kept), plain),
    ],
    [
      'normalize what others read',
      (net, x) => {
        const y = conv2d(net, 'c', x, plain);
        return tf.add(batchNorm(net, 'norm', y, kept), y);
      },
    ],
    [
      'come after a bias',
      (net, x) => batchNorm(net, 'norm', conv2d(net, 'c', x, { ...plain, bias: true }), kept),
    ],
  ])('stay where they %s', (what, network) => {
    const graphs = [graphOf(network).graph, graphOf(network, false).graph];
    // Evaluated, none looks at the batch.
    for (const graph of what === 'look at the batch' ? graphs.slice(0, 1) : graphs)
      expect(normsFolded(graph)).toEqual(graph);
  });
});

const plain = { filters: 4, kernel: 3, bias: false };
