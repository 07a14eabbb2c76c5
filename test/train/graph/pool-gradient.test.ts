// ReLU's gradient before max pooling's: the same numbers to the bit, from fewer values.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { toBfloat16 } from '../../../train/graph/bfloat16.ts';
import { compile } from '../../../train/graph/compile.ts';
import type { Graph } from '../../../train/graph/graph.ts';
import { reluGradientsPooled } from '../../../train/graph/pool-gradient.ts';
import { traceFixed } from '../../../train/graph/retrace.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { relu } from '../../../train/layers/activations.ts';
import { maxPool } from '../../../train/layers/convolution.ts';
import { drawn } from './drawn.ts';

const SHAPE = [4, 9, 9, 8];

type Pooling = Parameters<typeof maxPool> extends [unknown, ...infer Options] ? Options : never;

const poolings: { name: string; options: Pooling }[] = [
  { name: 'windows side by side', options: [2, 'same'] },
  { name: 'windows that leave some out', options: [2, 'valid'] },
  { name: 'windows that overlap', options: [3, 'same', 2] },
];

/** The gradient of what `network` makes of `x`, which it may look at in more than one way. */
function gradientOf(network: (x: Tensor) => Tensor): Graph {
  const bias = tf.variable(tf.zeros([8]));
  const fn = ({ x }: Record<string, Tensor>) => {
    const { grads } = tf.variableGrads(() => {
      const y = network(tf.conv2d(tf.add(x as Tensor4D, bias) as Tensor4D, identity(), 1, 'same'));
      return tf.sum(tf.mul(y, drawn('changes', y.shape)));
    }, [bias]);
    return Object.values(grads);
  };
  return traceFixed(fn, () => [{ name: 'x', tensor: drawn('x', SHAPE) }], 1, new Map([['bias', bias]]));
}

function run(graph: Graph): number[] {
  const compiled = compile({ go: graph });
  compiled.write(new Map([['bias', new Float32Array(8)]]));
  const [gradient] = compiled.run('go', { x: drawn('x', SHAPE) });
  compiled.dispose();
  return [...(gradient?.dataSync() ?? [])];
}

/** Height of the maps that ReLU's gradient looks at. */
const looked = ({ nodes }: Graph) =>
  nodes.filter(({ op }) => op === 'ReluGrad').map(({ outputs }) => outputs[0]?.shape[1]);

describe('the gradient of ReLU before a max pooling', () => {
  it.each(poolings)('is taken of what is pooled, to the bit: $name', ({ options }) => {
    const graph = gradientOf((x) => maxPool(relu(x), ...options));
    const pooled = reluGradientsPooled(graph);
    expect(looked(graph)).toEqual([9]);
    expect(looked(pooled)).toEqual([options[1] === 'valid' ? 4 : 5]);
    const expected = run(graph);
    expect(expected.filter((value) => value !== 0).length).toBe(8);
    expect(run(pooled)).toEqual(expected);
    expect(run(toBfloat16(pooled))).toEqual(run(toBfloat16(graph)));
  });

  it('stays where more than the pooling reads what ReLU made', () => {
    const graph = gradientOf((x) => {
      const y = relu(x);
      return tf.add(maxPool(y, 3, 'same', 1), y);
    });
    expect(reluGradientsPooled(graph)).toEqual(graph);
  });

  it('stays where the pooling is not of what ReLU made', () => {
    const graph = gradientOf((x) => maxPool(tf.mul(relu(x), 2)));
    expect(reluGradientsPooled(graph)).toEqual(graph);
  });
});

/** Filters `[1,1,8,8]` that change nothing. */
function identity(): Tensor4D {
  return tf.reshape(tf.eye(8), [1, 1, 8, 8]);
}
