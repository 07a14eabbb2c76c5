// Filters' gradients as products: the numbers of TensorFlow's own convolution, for every way to place a filter.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { toBfloat16 } from '../../../train/graph/bfloat16.ts';
import { compile } from '../../../train/graph/compile.ts';
import { filterGradientsAsProducts } from '../../../train/graph/filter-gradient.ts';
import type { Graph } from '../../../train/graph/graph.ts';
import { traceFixed } from '../../../train/graph/retrace.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { drawn } from './drawn.ts';

const BATCH = 6;
const [CHANNELS, FILTERS] = [16, 32];

interface Case {
  kernel: [number, number];
  side: number;
  padding: 'same' | 'valid';
  strides?: number;
  rewritten: boolean;
}

const cases: Case[] = [
  { kernel: [3, 3], side: 4, padding: 'same', rewritten: true },
  { kernel: [3, 3], side: 8, padding: 'valid', rewritten: true },
  { kernel: [2, 4], side: 5, padding: 'same', rewritten: true },
  { kernel: [1, 1], side: 7, padding: 'same', rewritten: true },
  { kernel: [3, 3], side: 9, padding: 'same', rewritten: false },
  { kernel: [3, 3], side: 8, padding: 'same', strides: 2, rewritten: false },
];

// Measured: 5e-6 of the largest. One sum that is rounded to the other side is off by 2^-8 of itself.
const TOLERANCE = 2 ** -8;

describe('the gradient of filters over small maps', () => {
  it.each(cases)('is the same as products: $kernel, $side, $padding', (options) => {
    const { kernel } = options;
    const { graph, products, run } = gradientOf(options);
    expect(products.nodes.some(({ op }) => op === 'Conv2DBackpropFilter')).toBe(!options.rewritten);
    const [expected, actual] = [run(graph), run(products)];
    expect(actual.length).toBe(kernel[0] * kernel[1] * CHANNELS * FILTERS);
    const scale = Math.max(...expected.map(Math.abs));
    const difference = Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
    expect(difference / scale).toBeLessThanOrEqual(TOLERANCE);
  });

  it('moves the input to one place at a time, when the gradient of the output is there; to the bit', () => {
    const { graph, products, run } = gradientOf({ kernel: [3, 3], side: 8, padding: 'same' });
    const changes = graph.nodes.find(({ op }) => op === 'Conv2DBackpropFilter')?.inputs[2];
    const done = products.nodes.filter(({ op }) => op === 'MatMul').map(({ name }) => `${name}:0`);
    const waits = products.nodes.filter(({ op }) => op === 'Pad' || op === 'Slice');
    expect(done.length).toBe(9);
    expect(waits.map(({ after }) => after)).toEqual([changes, changes, ...done.slice(0, -1)]);
    const atOnce = { ...products, nodes: products.nodes.map(({ after: _after, ...node }) => node) };
    expect(run(products)).toEqual(run(atOnce));
  });
});

function gradientOf({ kernel, side, padding, strides = 1 }: Omit<Case, 'rewritten'>) {
  const filter = tf.variable(drawn('filter', [...kernel, CHANNELS, FILTERS]));
  const variables = new Map([['filter', filter]]);
  const images = drawn('images', [BATCH, side, side, CHANNELS]) as Tensor4D;
  const fn = ({ x }: Record<string, Tensor>) => {
    const { grads } = tf.variableGrads(() => {
      const y = tf.conv2d(x as Tensor4D, filter as Tensor as Tensor4D, strides, padding);
      return tf.sum(tf.mul(y, drawn('changes', y.shape)));
    }, [filter]);
    return Object.values(grads);
  };
  const graph = toBfloat16(traceFixed(fn, () => [{ name: 'x', tensor: images.clone() }], BATCH, variables));
  const run = (program: Graph): number[] => {
    const compiled = compile({ go: program });
    compiled.write(new Map([['filter', filter.dataSync() as Float32Array]]));
    const [gradient] = compiled.run('go', { x: images });
    compiled.dispose();
    return gradient === undefined ? [] : [...gradient.dataSync()];
  };
  return { graph, products: filterGradientsAsProducts(graph), run };
}
