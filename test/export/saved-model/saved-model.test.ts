// TensorFlow SavedModels: as tf.saved_model.save writes them, with functions and variables, and as we write them.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInferenceSession } from '../../../export/parity/session.ts';
import { exportNetwork } from '../../../export/publish/export-network.ts';
import { isModelPath } from '../../../export/tfjs/model-path.ts';
import { readNetwork } from '../../../export/tfjs/read.ts';
import { decodeModel } from '../../../models/onnx/schema.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tensorflowPython } from '../../../setup/libraries/tensorflow-python.mjs';

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
tf.saved_model.save(model, sys.argv[1], signatures={'serving_default': model.serve})
model.head.assign(-model.head)
tf.saved_model.save(model, sys.argv[2], signatures={'serving_default': model.serve})
@tf.function(input_signature=[tf.TensorSpec([None, None, None, 3], tf.uint8, name='picture')])
def brightness(picture): return {'brightness': tf.reduce_mean(tf.cast(picture, tf.float32) / 255.0, axis=[1, 2, 3])}
module = tf.Module()
module.serve = brightness
tf.saved_model.save(module, sys.argv[3], signatures={'serving_default': brightness})
words = [tf.TensorSpec([None, 3], tf.int64, name='x')]
@tf.function(input_signature=words)
def ends(x): return {'y': tf.strided_slice(x, tf.constant([0, 1], tf.int64), tf.stack([tf.constant(2 ** 63 - 1, tf.int64), tf.constant(2 ** 40, tf.int64)]))}
@tf.function(input_signature=words)
def product(x): return {'y': x * 3000000000 + 7}
@tf.function(input_signature=words)
def alone(x): return {'x2': x + 1, 'y': tf.constant(-(2 ** 31) - 1, tf.int64)}
for function, path in zip([ends, product, alone], sys.argv[4:]):
    module = tf.Module()
    module.serve = function
    tf.saved_model.save(module, path, signatures={'serving_default': function})`;

beforeAll(async () => {
  const { executable, env } = await tensorflowPython();
  const { status, stderr } = spawnSync(
    executable,
    [
      ...['-c', save, saved],
      ...['negative', 'bytes', 'ends', 'product', 'alone'].map((name) => join(folder, name)),
    ],
    {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    },
  );
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
    // 1.6e-7 measured.
    expect(comparison.largestDifference).toBeLessThan(5e-7);
    const { graph } = decodeModel(readFileSync(files[0] ?? ''));
    const names = graph.initializer.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['conv/kernel', 'norm/variance', 'head/kernel']));
  });

  it('may take bytes, of pictures of any size', async () => {
    const network = await readNetwork(join(folder, 'bytes'));
    expect(network.inputs).toEqual([{ name: 'picture', type: 'uint8', shape: ['N', 'height', 'width', 3] }]);
    const { comparison } = await exportNetwork(network, join(folder, 'bytes.onnx'));
    // 6e-8 measured.
    expect(comparison.largestDifference).toBeLessThan(3e-7);
  });

  it('may have ends of slices beyond 32 bits, and no other numbers beyond them', async () => {
    const path = join(folder, 'ends.onnx');
    const { comparison } = await exportNetwork(await readNetwork(join(folder, 'ends')), path);
    expect(comparison.largestDifference).toBe(0);
    // As TensorFlow slices: all rows, and columns from the second on.
    const session = await createInferenceSession(path);
    const x = new ort.Tensor('int32', Int32Array.of(1, 2, 3, 4, 5, 6), [2, 3]);
    expect((await session.run({ x })).y).toMatchObject({ dims: [2, 2], data: Int32Array.of(2, 3, 5, 6) });
    await session.release();
    for (const [name, message] of [
      [
        'product',
        /^Constant .* has 3000000000, which node .* \(Mul\) takes; .* 32 bits.*Save the model with/,
      ],
      ['alone', /^Constant .* has -2147483649, which an output takes/],
    ] as const) {
      const file = join(folder, `${name}.onnx`);
      await expect(async () => exportNetwork(await readNetwork(join(folder, name)), file)).rejects.toThrow(
        message,
      );
      expect(existsSync(file)).toBe(false);
    }
  });

  it('has another digest when a variable has another value, and none when its file is damaged', async () => {
    const { digest } = await readNetwork(saved);
    expect((await readNetwork(saved)).digest).toBe(digest);
    // The same graph with other values.
    const other = join(folder, 'other');
    cpSync(saved, other, { recursive: true });
    cpSync(join(folder, 'negative/variables'), join(other, 'variables'), { recursive: true });
    expect((await readNetwork(other)).digest).not.toBe(digest);
    const values = join(other, 'variables/variables.data-00000-of-00001');
    const damaged = readFileSync(values);
    damaged.writeUInt8((damaged[200] ?? 0) ^ 1, 200);
    writeFileSync(values, damaged);
    await expect(readNetwork(other)).rejects.toThrow(
      /could not be loaded by TensorFlow: .*Checksum does not match/,
    );
  });

  it('is refused before anything is allocated when its values are cut off, gone or too large', async () => {
    const values = join(saved, 'variables/variables.data-00000-of-00001');
    const bytes = readFileSync(values);
    truncateSync(values, 1000);
    await expect(readNetwork(saved)).rejects.toThrow(
      /says that its variables have 2224 bytes; its files variables\/variables\.data-\* have 1000\. They are cut off.*The largest variable is head\/kernel \[144,3\], 1728 bytes/,
    );
    rmSync(values);
    await expect(readNetwork(saved)).rejects.toThrow(
      /have 0\. They are cut off, missing or of another model/,
    );
    writeFileSync(values, bytes);
    // Sparse files: they claim what nobody wrote.
    const index = join(saved, 'variables/variables.index');
    const small = readFileSync(index);
    truncateSync(index, 2 ** 30);
    await expect(readNetwork(saved)).rejects.toThrow(
      /variables\.index has 1\.1 GB; such a file has at most 0\.3 GB/,
    );
    writeFileSync(index, small);
    truncateSync(values, 2 ** 42);
    await expect(readNetwork(saved)).rejects.toThrow(
      /variables of .* have 4398\.0 GB, more than this machine's memory/,
    );
    writeFileSync(values, bytes);
    await readNetwork(saved);
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
