// toOnnx: a model in memory as a file that answers as it does, asked by onnxruntime.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs-node-gpu';
import type { LayersModel, SymbolicTensor, Tensor } from '@tensorflow/tfjs-node-gpu';
import { afterAll, describe, expect, it } from 'vitest';
import { type ClassifierToOnnxOptions, toOnnx } from '../../../export/tfjs/to-onnx.ts';
import { UserError } from '../../../models/errors.ts';
import { loadModel } from '../../../public/index.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { fit } from '../../../train/layers-model/fit.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-to-onnx-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

/** Another copy than the one that is loaded from the cache. */
const other = createRequire(import.meta.url)('@tensorflow/tfjs') as typeof tfjs;

const LABELS = ['a', 'b', 'c'];

/** A classifier of pictures of 6x5. */
function classifier({ layers, sequential }: Pick<typeof tfjs, 'layers' | 'sequential'> = tf, channels = 3) {
  const model = sequential();
  model.add(layers.conv2d({ inputShape: [6, 5, channels], filters: 4, kernelSize: 3, activation: 'relu' }));
  model.add(layers.dropout({ rate: 0.5 }));
  model.add(layers.flatten());
  model.add(layers.dense({ units: 3, activation: 'softmax' }));
  return model;
}

/** A picture in the size of the input. */
const pixels = (channels: number) => Uint8Array.from({ length: 30 * channels }, (_, i) => (i * 37) % 256);

/** Compares the file's probabilities for a picture with what the model says of `scale` of its bytes. */
async function compare(
  path: string,
  channels: number,
  predict: (bytes: readonly number[]) => ArrayLike<number>,
): Promise<number> {
  await using model = await loadModel(path);
  const data = pixels(channels);
  const { probabilities } = await model.classify({ data, width: 5, height: 6, channels: channels as 1 | 3 });
  const expected = Array.from(predict([...data]));
  return Math.max(...expected.map((value, i) => Math.abs(value - (probabilities[i] ?? Number.NaN))));
}

const answersOf =
  (model: LayersModel, channels: number, scaled: (byte: number, channel: number) => number) =>
  (bytes: readonly number[]) =>
    tf.tidy(() => {
      const input = tf.tensor(
        bytes.map((byte, i) => scaled(byte, i % channels)),
        [1, 6, 5, channels],
      );
      return ([model.predict(input)].flat()[0] ?? input).dataSync();
    });

describe('a classifier in memory', () => {
  it('becomes a file with a card, which answers for pictures as the trained model does', async () => {
    const model = classifier();
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    await fit(
      model,
      tf.randomUniform([16, 6, 5, 3]),
      tf.tensor1d(Array.from({ length: 16 }, (_, i) => i % 3)),
      { verbose: 0 },
    );
    const { path, card, name, version, parity } = await toOnnx(model, {
      labels: LABELS,
      name: 'abc',
      file: file('abc.onnx'),
    });
    expect({ path, name, version }).toEqual({ path: file('abc.onnx'), name: 'abc', version: undefined });
    expect(card).toMatchObject({
      labels: LABELS,
      input: { shape: [6, 5, 3], prepare: { rule: 'resize', crop: 'center' } },
    });
    expect(card.architecture.parameters).toBe(4 * 28 + 3 * 49);
    expect(parity.changedLabels).toBe(0);
    expect(
      await compare(
        path,
        3,
        answersOf(model, 3, (byte) => byte / 255),
      ),
    ).toBeLessThan(1e-6);
  });

  it('takes pixels as they are scaled by name or by numbers, and goes into a repository', async () => {
    const model = classifier();
    const repository = file('repository');
    const named = { labels: LABELS, name: 'x', repository, scaling: '-1..1', prepare: 'stretch' } as const;
    const first = await toOnnx(model, named);
    expect(first).toMatchObject({ version: 1, path: join(repository, 'x/1/model.onnx') });
    expect(first.card.input.prepare).toMatchObject({ crop: 'stretch' });
    expect(
      await compare(
        first.path,
        3,
        answersOf(model, 3, (byte) => byte / 127.5 - 1),
      ),
    ).toBeLessThan(1e-6);
    const [mean, deviation] = [
      [0.1, 0.2, 0.3],
      [0.5, 0.25, 1],
    ];
    const second = await toOnnx(model, { ...named, scaling: { mean, deviation } });
    expect(second.version).toBe(2);
    const scaled = (byte: number, c: number) => (byte / 255 - (mean[c] ?? 0)) / (deviation[c] ?? 1);
    expect(await compare(second.path, 3, answersOf(model, 3, scaled))).toBeLessThan(1e-6);
  });

  it('is called as its file, or as you named it, or by what it is; its card says what it tells apart', async () => {
    const named = tf.sequential({
      name: 'gate',
      layers: [tf.layers.flatten({ inputShape: [4, 4, 3] }), tf.layers.dense({ units: 3 })],
    });
    const repository = file('names');
    const [byModel, byFile, byKind] = [
      await toOnnx(named, { labels: LABELS, repository }),
      await toOnnx(named, { labels: LABELS, file: file('pets.onnx'), description: 'At our door' }),
      await toOnnx(classifier(), { labels: LABELS, repository }),
    ];
    expect([byModel.name, byFile.name, byKind.name]).toEqual(['gate', 'pets', 'classifier']);
    expect(byKind.path).toBe(join(repository, 'classifier/1/model.onnx'));
    await using opened = await loadModel(byModel.path);
    expect(opened.card).toMatchObject({
      name: 'gate',
      description: 'Tells a, b and c apart; exported from TensorFlow.js',
    });
    expect(byFile.card.description).toBe('At our door');
  });

  it('may be one of drawn digits', async () => {
    const model = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [28, 28, 1] }), tf.layers.dense({ units: 3 })],
    });
    const { card } = await toOnnx(model, { labels: LABELS, prepare: 'digit', file: file('digits.onnx') });
    expect(card.input.prepare).toEqual({ rule: 'digit' });
  });

  it('may be of another copy of tfjs, with layers of one’s own', async () => {
    class Halved extends other.layers.Layer {
      static className = 'Halved';
      override call(inputs: Tensor | Tensor[]) {
        return other.tidy(() => other.mul([inputs].flat()[0] ?? 0, 0.5));
      }
    }
    const named = { inputShape: [6, 5, 3], name: 'halved' };
    const model = other.sequential({
      layers: [
        new Halved(named),
        other.layers.flatten({ name: 'flat' }),
        other.layers.dense({ units: 3, name: 'classes' }),
      ],
    });
    expect(model).not.toBeInstanceOf(tf.LayersModel);
    const { path } = await toOnnx(model, { labels: LABELS, file: file('other.onnx') });
    const answers = (bytes: readonly number[]) => {
      const input = other.tensor(
        bytes.map((byte) => byte / 255),
        [1, 6, 5, 3],
      );
      return other.softmax([model.predict(input)].flat()[0] ?? input).dataSync();
    };
    expect(await compare(path, 3, answers)).toBeLessThan(1e-6);
  });
});

describe('another model in memory', () => {
  it('becomes a file with its own inputs and outputs', async () => {
    const [a, b] = [tf.input({ shape: [4], name: 'a' }), tf.input({ shape: [2], name: 'b' })];
    const joined = tf.layers.concatenate().apply([a, b]) as SymbolicTensor;
    const outputs = tf.layers.dense({ units: 2, name: 'out' }).apply(joined) as SymbolicTensor;
    const model = tf.model({ inputs: [a, b], outputs, name: 'sums' });
    const { path, comparison } = await toOnnx(model, { file: file('sums.onnx') });
    expect(comparison.holds).toBe(true);
    const session = await ort.InferenceSession.create(path);
    const rows = [Float32Array.of(1, -2, 3, 4, 0, 1, 2, 3), Float32Array.of(0.5, 1, -1, 2)] as const;
    const found = await session.run({
      a: new ort.Tensor('float32', rows[0], [2, 4]),
      b: new ort.Tensor('float32', rows[1], [2, 2]),
    });
    const expected =
      [model.predict([tf.tensor(rows[0], [2, 4]), tf.tensor(rows[1], [2, 2])])].flat()[0]?.dataSync() ?? [];
    const values = (found.out?.data ?? []) as Float32Array;
    expect(values).toHaveLength(4);
    for (const [i, value] of Array.from(expected).entries()) expect(values[i]).toBeCloseTo(value, 5);
  });
});

describe('toOnnx refuses', () => {
  const refusal = async (model: LayersModel, options: Partial<ClassifierToOnnxOptions>) => {
    const error: unknown = await toOnnx(model, options as ClassifierToOnnxOptions).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).message;
  };

  it.each([
    [{ labels: ['a', 'b'], file: file('no.onnx') }, /has 3 classes; received 2 labels\. Name them all/],
    [
      { labels: LABELS, file: file('no.txt') },
      /^file takes a path that ends in \.onnx; received ".*no\.txt"/,
    ],
    [
      { labels: LABELS, file: file('no.onnx'), repository: folder },
      /^toOnnx: received the repository .* and the file/,
    ],
  ])('%o', async (options, words) => {
    expect(await refusal(classifier(), options)).toMatch(words);
    expect(existsSync(file('no.onnx'))).toBe(false);
  });

  it('a model that was disposed, and an option that there is not', async () => {
    expect(await refusal(classifier(), { label: LABELS } as never)).toMatch(
      /^toOnnx has no option "label"\. Did you mean labels\?$/,
    );
    expect(await refusal(classifier(), { scaling: '0..255' })).toMatch(/^toOnnx takes scaling beside labels/);
    const model = classifier();
    model.dispose();
    expect(await refusal(model, { labels: LABELS, file: file('no.onnx') })).toMatch(
      /^sequential\S* was disposed: its weights are gone/,
    );
  });

  it('what is no model', async () => {
    expect(await refusal({} as LayersModel, {})).toBe('toOnnx takes a tf.LayersModel; received object.');
  });
});
