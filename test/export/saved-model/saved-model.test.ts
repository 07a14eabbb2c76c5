// TensorFlow SavedModels: as tf.saved_model.save writes them, with functions and variables, and as we write them.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportNetwork } from '../../../export/export-network.ts';
import { isModelPath, readNetwork } from '../../../export/tfjs/read.ts';
import { decodeModel } from '../../../models/onnx/schema.ts';
import { tensorflowPython } from '../../../setup/tensorflow-python.mjs';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-saved-model-'));
const saved = join(folder, 'classifier');
afterAll(() => rmSync(folder, { recursive: true }));

// Variables, a function in a function, shapes computed from the input, batch norm, two outputs.
const save = `
import sys, numpy, tensorflow as tf
random = numpy.random.default_rng(1)
def weight(name, *shape): return tf.Variable(random.normal(0, 0.3, shape).astype('float32'), name=name)
class Model(tf.Module):
    def __init__(self):
        super().__init__()
        self.kernel = weight('conv/kernel', 3, 3, 3, 4)
        self.scale, self.offset, self.mean = (weight('norm/' + name, 4) for name in ('gamma', 'beta', 'mean'))
        self.variance = tf.Variable(random.uniform(0.5, 1.5, 4).astype('float32'), name='norm/variance')
        self.head = weight('head/kernel', 144, 3)
    @tf.function
    def features(self, x):
        y = tf.nn.conv2d(x, self.kernel, 2, 'SAME')
        y, _, _ = tf.compat.v1.nn.fused_batch_norm(y, self.scale, self.offset, self.mean, self.variance, is_training=False)
        return tf.nn.relu6(y)
    @tf.function(input_signature=[tf.TensorSpec([None, 12, 12, 3], tf.float32, name='picture')])
    def serve(self, picture):
        y = self.features(picture)
        flat = tf.reshape(y, [tf.shape(y)[0], 144])
        left, right = tf.split(flat, 2, axis=1)
        return {'probabilities': tf.nn.softmax(flat @ self.head), 'sum': tf.reduce_sum(left + 2.0 * right, axis=1)}
model = Model()
tf.saved_model.save(model, sys.argv[1], signatures={'serving_default': model.serve})`;

beforeAll(async () => {
  const { executable, env } = await tensorflowPython();
  const { status, stderr } = spawnSync(executable, ['-c', save, saved], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr.slice(-2000));
});

describe('a SavedModel of tf.saved_model.save', () => {
  it('is exported with the names of its variables, and answers the same', async () => {
    expect(isModelPath(saved)).toBe(true);
    const network = await readNetwork(saved);
    expect(network).toMatchObject({
      format: 'SavedModel',
      outputs: ['probabilities', 'sum'],
      parameters: 108 + 16 + 432,
    });
    expect(network.inputs).toEqual([{ name: 'picture', type: 'float32', shape: ['N', 12, 12, 3] }]);
    const { files, comparison } = await exportNetwork(network, join(folder, 'classifier.onnx'));
    // 1.2e-7 measured.
    expect(comparison.largestDifference).toBeLessThan(2e-6);
    const { graph } = decodeModel(readFileSync(files[0] ?? ''));
    const names = graph.initializer.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['conv/kernel', 'norm/variance', 'head/kernel']));
  });

  it('is refused in a sentence when it is damaged', async () => {
    truncateSync(join(saved, 'saved_model.pb'), 900);
    await expect(readNetwork(saved)).rejects.toThrow(
      /saved_model\.pb is not a readable SavedModel|has no signature/,
    );
    writeFileSync(join(saved, 'saved_model.pb'), '');
    await expect(readNetwork(saved)).rejects.toThrow(
      /has no signature: save the model with one called serving_default/,
    );
  });
});
