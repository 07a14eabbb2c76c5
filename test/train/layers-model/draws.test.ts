// What layers draw: anew in every step, from the seed of the fit, in the shares and sizes that they are made with.
import type { layers, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';

/** What each of `steps` batches of `x` is after the layer, as numbers: the loss gives one of them away at a time. */
async function drawn(
  layer: () => layers.Layer,
  x: Tensor,
  reduce: (output: Tensor) => Tensor,
  { steps = 4, seed = 1 } = {},
): Promise<number[]> {
  const model = tf.sequential();
  model.add(tf.layers.inputLayer({ inputShape: x.shape.slice(1) }));
  model.add(layer());
  // A weight, without which there is nothing to train; its learning rate is zero.
  model.add(tf.layers.dense({ units: 1, kernelInitializer: 'ones', trainable: true }));
  const losses: number[] = [];
  model.compile({
    optimizer: tf.train.sgd(0),
    loss: (_, output) => tf.add(reduce(output), tf.mul(tf.sum(output), 0)),
  });
  const onBatchEnd = async (_: number, logs?: { loss?: number }) =>
    void losses.push(logs?.loss ?? Number.NaN);
  await fit(model, x, tf.zeros([x.shape[0] ?? 1, ...x.shape.slice(1, -1), 1]), {
    ...{ epochs: steps, batchSize: x.shape[0] ?? 1, verbose: 0, seed, callbacks: { onBatchEnd } },
  });
  return losses;
}

const ones = (...shape: number[]) => tf.ones(shape);
const mean = (output: Tensor) => tf.mean(output);
const meanSquare = (output: Tensor) => tf.mean(tf.square(output));

describe('dropout', () => {
  it('drops its share, scales the others up, and draws anew in every step', async () => {
    const n = 4000;
    const dropped = () => tf.layers.dropout({ rate: 0.25 });
    // Of one value: zero or 4/3, so that the mean is 1 and that of squares 4/3.
    const [means, squares] = [
      await drawn(dropped, ones(n, 1), mean),
      await drawn(dropped, ones(n, 1), meanSquare),
    ];
    for (const value of means) expect(Math.abs(value - 1)).toBeLessThan(5 * Math.sqrt(1 / 3 / n));
    for (const value of squares) expect(Math.abs(value - 4 / 3)).toBeLessThan(5 * Math.sqrt(4 / 9 / n) * 2);
    expect(new Set(means).size).toBe(means.length);
  });

  it('repeats itself by the seed of fit, and draws other masks in two layers and with another seed', async () => {
    const one = () => tf.layers.dropout({ rate: 0.5, seed: 7 });
    const [first, again] = [await drawn(one, ones(100, 1), mean), await drawn(one, ones(100, 1), mean)];
    expect(again).toEqual(first);
    expect(await drawn(one, ones(100, 1), mean, { seed: 2 })).not.toEqual(first);
    // Its own seed, which would repeat its mask, is not used.
    expect(new Set(first).size).toBeGreaterThan(1);
    const two = () =>
      tf.sequential({
        layers: [tf.layers.dropout({ rate: 0.5, inputShape: [1] }), tf.layers.dropout({ rate: 0.5 })],
      });
    // Both keep a value in a quarter of the cases, not in half of them; then it is 4.
    const squares = await drawn(two as never, ones(4000, 1), meanSquare);
    for (const value of squares) expect(Math.abs(value - 4)).toBeLessThan(0.6);
  });

  it('drops whole maps where it is spatial', async () => {
    const values: number[][] = [];
    const spatial = () => tf.layers.spatialDropout1d({ rate: 0.5 });
    const maps = (output: Tensor) => tf.sum(tf.square(tf.sum(output, 1)));
    values.push(await drawn(spatial, ones(1, 8, 1), maps, { steps: 8 }));
    // All eight places are 2, or all are zero.
    expect(new Set(values.flat())).toEqual(new Set([0, 256]));
  });
});

describe('noise', () => {
  it.each([
    ['Gaussian', () => tf.layers.gaussianNoise({ stddev: 0.5 }), 1, 0.25],
    ['Gaussian dropout', () => tf.layers.gaussianDropout({ rate: 0.2 }), 1, 0.25],
    ['alpha dropout', () => tf.layers.alphaDropout({ rate: 0.1 }), undefined, undefined],
  ])('%s has its deviation and is another one in every step', async (_, layer, average, variance) => {
    const means = await drawn(layer, ones(20_000, 1), mean);
    expect(new Set(means).size).toBe(means.length);
    if (average === undefined || variance === undefined) return;
    for (const value of means)
      expect(Math.abs(value - average)).toBeLessThan(5 * Math.sqrt(variance / 20_000));
    const squares = await drawn(layer, ones(20_000, 1), meanSquare);
    for (const value of squares) expect(Math.abs(value - (1 + variance))).toBeLessThan(0.05);
  });
});
