// The optimizers of tfjs in the compiled step: the weights that model.fit gives, with either going on after the other.
import type { Optimizer } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import { oneHot, pairOf, QUIET, trainBoth, uniform, weightsApart } from './beside-tfjs.ts';

const optimizers: Readonly<Record<string, () => Optimizer>> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.8),
  nesterov: () => tf.train.momentum(0.05, 0.8, true),
  adam: () => tf.train.adam(0.01, 0.8, 0.95),
  rmsprop: () => tf.train.rmsprop(0.005),
  'rmsprop with momentum': () => tf.train.rmsprop(0.005, 0.8, 0.5, 1e-4),
  adagrad: () => tf.train.adagrad(0.05, 0.2),
  adadelta: () => tf.train.adadelta(0.1, 0.9, 1e-3),
};

function small(optimizer: Optimizer | string) {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [6], units: 5, activation: 'tanh' }));
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
  model.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

const [x, y] = [uniform([20, 6], 5, -1, 1), oneHot(20, 3)];

describe('an optimizer of tfjs', () => {
  it.each(Object.entries(optimizers))('%s: three epochs give the weights of model.fit', async (_, make) => {
    const pair = pairOf(() => small(make()));
    const { weights, logs } = await trainBoth(pair, x, y, { epochs: 3 });
    // Measured: up to 6e-7 and 4e-7.
    expect(weights).toBeLessThan(2e-6);
    expect(logs).toBeLessThan(2e-6);
    expect(pair.ours.optimizer.iterations).toBe(9);
  });

  it.each(Object.entries(optimizers))(
    '%s: model.fit goes on after fit, and fit after model.fit',
    async (_, make) => {
      const pair = pairOf(() => small(make()));
      const { tfjs, ours } = pair;
      const options = { ...QUIET, epochs: 1 };
      for (let i = 0; i < 3; i++) await tfjs.fit(x, y, options);
      await ours.fit(x, y, options);
      const before = tf.memory().numTensors;
      await fit(ours, x, y, options);
      expect(tf.memory().numTensors).toBe(before);
      await ours.fit(x, y, options);
      expect(weightsApart(pair)).toBeLessThan(2e-6);
    },
  );
});
