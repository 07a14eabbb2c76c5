// Callbacks of model.fit in fit: they are called as often, see the weights of their moment, and what they change counts.
import type { CustomCallbackArgs, LayersModel } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import { oneHot, type Pair, pairOf, QUIET, uniform, weightsApart } from './beside-tfjs.ts';

const [x, y] = [uniform([24, 6], 5, -1, 1), oneHot(24, 3)];

function make(): LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [6], units: 5, activation: 'tanh' }));
  model.add(tf.layers.batchNormalization({}));
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
  model.compile({
    optimizer: tf.train.momentum(0.1, 0.5),
    loss: 'categoricalCrossentropy',
    metrics: ['acc'],
  });
  return model;
}

/** Trains both with the callbacks that `callbacksOf` makes of a model and a list for notes. */
async function noted(
  callbacksOf: (model: LayersModel, notes: (string | number)[]) => CustomCallbackArgs,
): Promise<Pair & { notes: (string | number)[][] }> {
  const pair = pairOf(make);
  const notes: (string | number)[][] = [];
  for (const [model, train] of [
    [pair.tfjs, (options: object) => pair.tfjs.fit(x, y, options)],
    [pair.ours, (options: object) => fit(pair.ours, x, y, options)],
  ] as const) {
    const own: (string | number)[] = [];
    await train({ ...QUIET, epochs: 2, validationSplit: 0.25, callbacks: callbacksOf(model, own) });
    notes.push(own);
  }
  return { ...pair, notes };
}

const predicted = (model: LayersModel) =>
  tf.tidy(() => Number(tf.sum(tf.square([model.predict(x)].flat()[0] ?? 0)).dataSync()[0]));

describe('callbacks', () => {
  it('are called with the logs of model.fit', async () => {
    const { notes } = await noted((_, own) => ({
      onTrainBegin: async () => void own.push('begin'),
      onEpochBegin: async (epoch) => void own.push('epoch', epoch),
      onBatchBegin: async (batch) => void own.push('batch', batch),
      onBatchEnd: async (batch, logs) =>
        void own.push(batch, Number(logs?.size), Number(logs?.loss), Number(logs?.acc)),
      onEpochEnd: async (epoch, logs) => void own.push(epoch, Number(logs?.loss), Number(logs?.val_acc)),
      onTrainEnd: async () => void own.push('end'),
    }));
    const [theirs = [], ours = []] = notes;
    expect(ours).toHaveLength(theirs.length);
    for (const [i, note] of theirs.entries())
      if (typeof note === 'number') expect(ours[i]).toBeCloseTo(note, 5);
      else expect(ours[i]).toBe(note);
  });

  it('see what was trained so far, also within an epoch', async () => {
    const { notes } = await noted((model, own) => ({
      onBatchEnd: async () => void own.push(predicted(model)),
      onEpochEnd: async () => void own.push(Number(model.getWeights()[0]?.dataSync()[0])),
    }));
    const [theirs = [], ours = []] = notes as [number[], number[]];
    expect(new Set(theirs).size).toBe(theirs.length);
    expect(ours).toHaveLength(theirs.length);
    for (const [i, note] of theirs.entries()) expect(ours[i]).toBeCloseTo(note, 5);
  });

  it('may write weights, set the learning rate and stop the training', async () => {
    const pair = await noted((model) => ({
      onBatchEnd: async (batch) => {
        if (batch !== 1) return;
        model.setWeights(model.getWeights().map((weight) => tf.mul(weight, 0.5)));
        // Of SGD and its kin; others have the number alone.
        Reflect.get(model.optimizer, 'setLearningRate').call(model.optimizer, 0.02);
      },
      onEpochEnd: async () => {
        model.stopTraining = true;
      },
    }));
    expect(weightsApart(pair)).toBeLessThan(5e-6);
    expect(pair.ours.optimizer.iterations).toBe(3);
    expect(pair.tfjs.optimizer.iterations).toBe(3);
  });

  it('of tfjs, such as early stopping, work', async () => {
    const model = make();
    const stop = tf.callbacks.earlyStopping({ monitor: 'loss', minDelta: 100 });
    const { epoch } = await fit(model, x, y, { ...QUIET, epochs: 9, callbacks: stop as never });
    expect(epoch).toEqual([0, 1]);
  });
});

describe('a signal', () => {
  it('ends the training after a batch, and one that was aborted before throws its reason', async () => {
    const controller = new AbortController();
    const model = make();
    const onBatchBegin = async (batch: number) => {
      if (batch === 1) controller.abort(new Error('enough'));
    };
    await fit(model, x, y, { ...QUIET, epochs: 3, signal: controller.signal, callbacks: { onBatchBegin } });
    expect(model.optimizer.iterations).toBe(2);
    await expect(fit(model, x, y, { ...QUIET, signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('the order of the rows', () => {
  it('is another one in each epoch and in each fit, and the same by the same seed', async () => {
    const orders = async (seed: number) => {
      const model = tf.sequential({
        layers: [tf.layers.dense({ inputShape: [1], units: 1, kernelInitializer: 'ones' })],
      });
      model.compile({ optimizer: tf.train.sgd(0), loss: (_, output) => tf.mean(output) });
      const rows = tf.tensor2d(Array.from({ length: 16 }, (_, i) => [2 ** i]));
      const seen: number[][] = [];
      const callbacks: CustomCallbackArgs = {
        onEpochBegin: async () => void seen.push([]),
        onBatchEnd: async (_, logs) => void seen.at(-1)?.push(Number(logs?.loss)),
      };
      const options = { epochs: 2, batchSize: 1, verbose: 0, seed, callbacks } as const;
      for (let i = 0; i < 2; i++) await fit(model, rows, tf.zeros([16, 1]), options);
      return seen;
    };
    const first = await orders(1);
    for (const order of first)
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => 2 ** i));
    expect(new Set(first.map(String)).size).toBe(4);
    expect(await orders(1)).toEqual(first);
    expect(await orders(2)).not.toEqual(first);
  });
});
