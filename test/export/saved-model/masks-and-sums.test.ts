// Attention that looks back alone, and sums of whole numbers beyond 32 bits: SavedModels of Keras 3, held against the answers
// that TensorFlow itself gives.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { readNetwork } from '../../../export/tfjs/read.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tensorflowPython } from '../../../setup/libraries/tensorflow-python.mjs';
import { difference } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-masks-'));
afterAll(() => rmSync(folder, { recursive: true }));

const save = `
import json, sys, keras, numpy as np, tensorflow as tf
from keras import layers, ops
random = np.random.default_rng(1)
sequences = random.normal(size=(4, 6, 8)).astype('float32')
large = random.integers(-2 ** 31, 2 ** 31 - 1, (4, 6)).astype('int32')
def model(name, x, y, given):
    made = keras.Model(x, y)
    made.export(f'{sys.argv[1]}/{name}', verbose=False)
    answers = tf.saved_model.load(f'{sys.argv[1]}/{name}').signatures['serving_default'](tf.constant(given))
    with open(f'{sys.argv[1]}/{name}.json', 'w') as file:
        json.dump({'x': given.ravel().tolist(), 'y': [answers[key].numpy().ravel().tolist() for key in sorted(answers)]}, file)
x = layers.Input((6, 8))
model('heads', x, layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True), sequences)
model('groups', x, layers.GroupQueryAttention(4, 4, 2)(x, x, use_causal_mask=True), sequences)
model('dot', x, layers.Attention()([x, x], use_causal_mask=True), sequences)
x = layers.Input((None, 8))
model('any-length', x, layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True), sequences)
x = layers.Input((6,), dtype='int32')
model('sums', x, [ops.sum(x, axis=-1), ops.sum(x * 1000, axis=-1), ops.cumsum(x, axis=-1), x * x + x], large)`;

beforeAll(async () => {
  const { executable, env } = await tensorflowPython();
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync(executable, ['-c', save, folder], options);
  if (status !== 0) throw new Error(stderr.slice(-2000));
});

it.each([
  // 2.4e-7 measured.
  ['heads', 2e-6],
  ['groups', 2e-6],
  ['dot', 2e-6],
  ['sums', 0],
])('%s: the file gives the answers of TensorFlow', async (name, allowed) => {
  const network = await readNetwork(join(folder, name));
  const path = join(folder, `${name}.onnx`);
  await exportNetwork(network, path);
  const { x, y } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as {
    x: number[];
    y: number[][];
  };
  const session = await ort.InferenceSession.create(path);
  const given =
    name === 'sums'
      ? new ort.Tensor('int32', Int32Array.from(x), [4, 6])
      : new ort.Tensor('float32', Float32Array.from(x), [4, 6, 8]);
  const answers = await session.run({ [session.inputNames[0] ?? '']: given });
  await session.release();
  const got = [...session.outputNames]
    .sort()
    .map((output) => Array.from(answers[output]?.data ?? [], Number));
  expect(got.map(({ length }) => length)).toEqual(y.map(({ length }) => length));
  y.forEach((expected, i) => {
    expect(difference(expected, got[i] ?? [])).toBeLessThanOrEqual(allowed);
  });
});

it('a mask that grows with the length of the sequence is refused, with what to do', async () => {
  const network = await readNetwork(join(folder, 'any-length'));
  await expect(exportNetwork(network, join(folder, 'any-length.onnx'))).rejects.toThrow(
    /a constant of .* depends on the .* in a way that a model file cannot hold. Save the model with this size fixed/,
  );
});
