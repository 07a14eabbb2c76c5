// Datasets in fit: those of tf.data, and generators behind an iterator of one's own, as model.fitDataset takes them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';
import { apart, oneHot, pairOf, uniform, weightsApart } from './beside-tfjs.ts';

function make(): LayersModel {
  const model = tf.sequential();
  model.add(tf.layers.dense({ inputShape: [6], units: 5, activation: 'relu' }));
  model.add(tf.layers.dense({ units: 3, activation: 'softmax' }));
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

/** Rows by tf.data, in batches of which the last is short. */
const rows = (seed: number) =>
  tf.data
    .zip({
      xs: tf.data.array([...Array(22).keys()].map((i) => [...uniform([6], seed + i).dataSync()])),
      ys: tf.data.array([...Array(22).keys()].map((i) => [...oneHot(1, 3, seed + i).dataSync()])),
    })
    .batch(8);

it('trains on a dataset of tf.data as model.fitDataset does, validated by another one', async () => {
  const pair = pairOf(make);
  const options = { epochs: 2, verbose: 0, validationData: rows(100) } as const;
  const theirs = await pair.tfjs.fitDataset(rows(1), options);
  const ours = await fit(pair.ours, rows(1) as never, options as never);
  expect(Object.keys(ours.history)).toEqual(Object.keys(theirs.history));
  for (const [name, values] of Object.entries(theirs.history))
    expect(apart(ours.history[name] as number[], values as number[])).toBeLessThan(2e-6);
  expect(weightsApart(pair)).toBeLessThan(2e-6);
});

it('trains on batches without an end, an epoch at a time, and goes on in a run', async () => {
  const endless = () => {
    let i = 0;
    const value = () => ({ xs: uniform([8, 6], ++i), ys: oneHot(8, 3, i) });
    return { iterator: async () => ({ next: async () => ({ value: value(), done: false }) }) };
  };
  const run = mkdtempSync(join(tmpdir(), 'trainyard-model-dataset-'));
  try {
    const pair = pairOf(make);
    const theirs = await pair.tfjs.fitDataset(endless() as never, {
      epochs: 3,
      batchesPerEpoch: 4,
      verbose: 0,
    });
    const source = endless();
    await fit(pair.ours, source, { epochs: 2, batchesPerEpoch: 4, verbose: 0, run });
    const ours = await fit(pair.ours, source, { epochs: 3, batchesPerEpoch: 4, verbose: 0, run });
    expect(ours.epoch).toEqual([0, 1, 2]);
    expect(apart(ours.history.loss as number[], theirs.history.loss as number[])).toBeLessThan(2e-6);
    expect(weightsApart(pair)).toBeLessThan(2e-6);
  } finally {
    rmSync(run, { recursive: true });
  }
});
