// Momentum in one op: to the last bit the numbers of the same update op by op, and only where nothing else reads the results.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { compile } from '../../../train/graph/compile.ts';
import { momentumUpdates } from '../../../train/graph/fused-momentum.ts';
import { traceFixed } from '../../../train/graph/retrace.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { sgd } from '../../../train/optimizers/sgd.ts';

const SHAPE = [5, 7];
const STEPS = 10;
const cases = [
  { name: 'momentum', weightDecay: 0 },
  { name: 'momentum with weight decay', weightDecay: 0.01 },
  { name: "Nesterov's", weightDecay: 0, nesterov: true },
  { name: "Nesterov's with weight decay", weightDecay: 0.01, nesterov: true },
];

describe('an update with momentum', () => {
  it.each(cases)('is one op with the same result: $name', (options) => {
    const [fused, apart] = [false, true].map((isRead) => run({ ...options, isRead }));
    expect(fused?.updates).toEqual([expect.objectContaining({ weight: 'w', velocity: 'v' })]);
    // A graph that returns the new velocity needs it as a value of its own, and stays as it was.
    expect(apart?.updates).toEqual([]);
    for (const name of ['w', 'v']) {
      expect(fused?.state.get(name)?.length).toBe(35);
      expect(fused?.state.get(name)).toEqual(apart?.state.get(name));
    }
  });

  it.each([
    { name: 'the rate is not one number', rate: [7] },
    { name: "the rate is not one number, and it is Nesterov's", rate: [7], nesterov: true },
  ])('is left alone when $name', (options) => {
    const { updates } = run({ weightDecay: 0, isRead: false, ...options });
    expect(updates).toEqual([]);
  });
});

interface Options {
  nesterov?: boolean;
  weightDecay: number;
  /** Whether the graph also returns the new velocity. */
  isRead: boolean;
  /** Shape of the learning rate. */
  rate?: number[];
}

/** The updates found in a graph that moves `w` by gradients of `w * w` and an input, and its state after some steps. */
function run({ nesterov = false, weightDecay, isRead, rate = [] }: Options) {
  const rule = sgd({ momentum: nesterov ? 'nesterov' : 'plain', weightDecay });
  const start = tf.linspace(-1, 1, 35).reshape(SHAPE);
  const variables = new Map<string, Variable>([
    ['w', tf.variable(start)],
    ['v', tf.variable(tf.sin(start))],
  ]);
  const [w, v] = [...variables.values()] as [Variable, Variable];
  const fn = ({ x, learningRate, momentum, step }: Record<string, Tensor>) => {
    const scalars = { learningRate, momentum, step } as Record<'learningRate' | 'momentum' | 'step', Tensor>;
    const gradient = tf.mul(tf.mul(w, w), x as Tensor);
    const { weight, slots } = rule.update(w, gradient, { velocity: v }, scalars);
    w.assign(weight as Tensor<never>);
    v.assign(slots.velocity as Tensor<never>);
    return [tf.mul(x as Tensor, 1), ...(isRead ? [slots.velocity as Tensor] : [])];
  };
  const input = (name: string, value: number, shape: number[]) => ({ name, tensor: tf.fill(shape, value) });
  const inputs = (k: number) => [
    input('x', Math.sin(k), SHAPE),
    input('learningRate', 0.1 / k, rate),
    input('momentum', 0.9 - k / 100, []),
    input('step', k, []),
  ];
  const graph = traceFixed(fn, () => inputs(1), 1, variables);
  const compiled = compile({ go: graph });
  compiled.assign(variables);
  for (let k = 1; k <= STEPS; k++)
    tf.dispose(compiled.run('go', Object.fromEntries(inputs(k).map(({ name, tensor }) => [name, tensor]))));
  const state = compiled.read();
  compiled.dispose();
  return { updates: momentumUpdates(graph), state };
}
