// The updater: which weights it changes, by which rule, and how gradients are clipped.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { clipByGlobalNorm } from '../../../train/optimizers/clip.ts';
import { groupSchema } from '../../../train/optimizers/groups.ts';
import { defineOptimizer, optimizerSchema } from '../../../train/optimizers/index.ts';
import { slot } from '../../../train/optimizers/optimizer.ts';
import { createUpdater } from '../../../train/optimizers/updater.ts';

const scalars = () => ({ learningRate: tf.scalar(0.5), momentum: tf.scalar(0.9), step: tf.scalar(1) });
const ones = () => tf.variable(tf.ones([2, 2]));
const weightsOf = (...names: string[]) => new Map(names.map((name): [string, Variable] => [name, ones()]));
const gradientsOf = (...names: string[]) =>
  new Map(names.map((name): [string, Tensor] => [name, tf.fill([2, 2], 2)]));
const valuesOf = (variables: ReadonlyMap<string, Variable>) =>
  Object.fromEntries([...variables].map(([name, variable]) => [name, variable.dataSync()[0]]));

describe('an updater', () => {
  const optimizer = optimizerSchema.parse({ name: 'momentum' });
  const frozen = groupSchema.parse({ match: '^frozen', learningRate: 0 });
  const later = groupSchema.parse({ match: '^later', learningRate: 2, until: 0.5 });

  it('changes the weights that are trained and have a gradient, and keeps slots for those that are trained', () => {
    const weights = weightsOf('frozen', 'later', 'plain', 'unasked');
    const updater = createUpdater({ optimizer, groups: [frozen, later], clipNorm: 0 }, weights);
    const slots = ['later', 'plain', 'unasked'].map((name) => `optimizer/velocity/${name}`);
    expect([...updater.slots.keys()]).toEqual(slots);
    expect(valuesOf(updater.slots)).toEqual(Object.fromEntries(slots.map((name) => [name, 0])));
    expect([...updater.slots.values()].map(({ shape, trainable }) => [shape, trainable])).toEqual(
      slots.map(() => [[2, 2], false]),
    );
    updater.apply(gradientsOf('frozen', 'later', 'plain', 'unknown'), scalars());
    // 1 - 0.5 * 2, twice as far at twice the learning rate.
    expect(valuesOf(weights)).toEqual({ frozen: 1, later: -1, plain: 0, unasked: 1 });
    expect(Object.values(valuesOf(updater.slots))).toEqual([2, 2, 0]);
    updater.apply(gradientsOf('plain'), scalars());
    // The velocity is 0.9 * 2 + 2.
    expect(valuesOf(weights).plain).toBeCloseTo(-1.9, 6);
    expect(valuesOf(weights).later).toBe(-1);
  });

  it('takes rules of a list of one’s own, and none that is not there', () => {
    const halving = defineOptimizer({
      name: 'halving',
      options: {},
      build: () => ({
        slots: () => ['count'],
        update: (weight, _, slots) => ({
          weight: tf.mul(weight, 0.5),
          // One that it has not asked for is not kept.
          slots: { count: tf.add(slot(slots, 'count'), 1), unasked: tf.scalar(1) },
        }),
      }),
    });
    const weights = weightsOf('a');
    const options = { optimizer: { name: 'halving', weightDecay: 0 }, groups: [], clipNorm: 0 };
    const updater = createUpdater(options, weights, [halving]);
    updater.apply(gradientsOf('a'), scalars());
    expect([valuesOf(weights).a, valuesOf(updater.slots)['optimizer/count/a']]).toEqual([0.5, 1]);
    expect(() => createUpdater(options, weights)).toThrow(UserError);
  });

  it.each<[string, string[], string[]]>([
    ['sgd', [], []],
    ['momentum', ['velocity'], ['velocity']],
    ['nesterov', ['velocity'], ['velocity']],
    ['adam', ['mean', 'variance'], ['mean', 'variance']],
    ['adamw', ['mean', 'variance'], ['mean', 'variance']],
    // PyTorch's Muon keeps one buffer for a matrix; vectors are Adam's.
    ['muon', ['mean', 'variance'], ['mean']],
  ])('of %s keeps as much as PyTorch’s for a vector and a matrix', (name, vector, matrix) => {
    const weights = new Map([
      ['vector', tf.variable(tf.ones([3]))],
      ['matrix', tf.variable(tf.ones([3, 2]))],
    ]);
    const options = { optimizer: optimizerSchema.parse({ name } as never), groups: [], clipNorm: 0 };
    expect([...createUpdater(options, weights).slots.keys()]).toEqual([
      ...vector.map((each) => `optimizer/${each}/vector`),
      ...matrix.map((each) => `optimizer/${each}/matrix`),
    ]);
  });

  it('says which slot an optimizer was not given', () => {
    expect(() => slot({}, 'velocity')).toThrow(/slot velocity is missing/);
  });
});

describe('muon', () => {
  it('leaves a matrix as it is where there is no gradient to follow, and turns none of it to NaN', () => {
    const weights = weightsOf('a');
    const updater = createUpdater(
      { optimizer: optimizerSchema.parse({ name: 'muon' }), groups: [], clipNorm: 0 },
      weights,
    );
    updater.apply(new Map([['a', tf.zeros([2, 2])]]), scalars());
    expect(valuesOf(weights)).toEqual({ a: 1 });
  });
});

describe('clipping', () => {
  const clipped = (limit: number, ...gradients: number[][]) =>
    [
      ...clipByGlobalNorm(new Map(gradients.map((each, i) => [`${i}`, tf.tensor1d(each)])), limit).values(),
    ].map((each) => [...each.dataSync()]);

  it('leaves what is short enough as it is, and shortens all together otherwise', () => {
    expect(clipped(5.1, [3], [0, 4])).toEqual([[3], [0, 4]]);
    const [[a = 0] = [], [b = 9, c = 0] = []] = clipped(1, [3], [0, 4]);
    // torch.nn.utils.clip_grad_norm_: by 1 / (5 + 1e-6).
    expect([a, b, c]).toEqual([3, 0, 4].map((each) => expect.closeTo(each / (5 + 1e-6), 7)));
    expect(clipped(1, [0, 0])).toEqual([[0, 0]]);
  });
});
