// The file that is made of a head: every command and every runtime takes it for what it is.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openModelFile } from '../../../export/files/file.ts';
import { verifyAlone } from '../../../export/verify/index.ts';
import { type Card, readCard } from '../../../models/card.ts';
import { decodeModel, encodeModel, type ModelProto } from '../../../models/onnx/schema.ts';
import { loadModel } from '../../../public/index.ts';
import * as ort from '../../../setup/libraries/onnxruntime.ts';
import { repositoryFolder } from '../../../setup/paths.mjs';
import { featureModel } from '../../../web-demo/teach/file/feature-graph.ts';
import type { RunFile } from '../../../web-demo/teach/file/finish.ts';
import { type Base, type Learned, makeFile } from '../../../web-demo/teach/file/make.ts';
import { answersOf } from '../../../web-demo/teach/head/regression.ts';
import { teach } from '../../../web-demo/teach/head/teach.ts';
import { python } from '../../python.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-teach-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(
  model: Uint8Array,
  output: string,
  shape: readonly number[],
  inputs: readonly Uint8Array[],
) {
  const session = await ort.InferenceSession.create(model);
  const image = new ort.Tensor('uint8', Buffer.concat(inputs), [inputs.length, ...shape]);
  const answer = (await session.run({ image }))[output];
  await session.release();
  if (!(answer?.data instanceof Float32Array)) throw new Error(`no ${output}`);
  return answer.data;
}

const runFile: RunFile = async (file, card, inputs) => {
  const all = await run(file, 'probabilities', card.input.shape, inputs);
  const k = all.length / inputs.length;
  return inputs.map((_, i) => all.slice(i * k, (i + 1) * k));
};

function baseOf(bytes: Uint8Array): Base {
  return {
    features: featureModel(decodeModel(bytes), 'image'),
    card: readCard(bytes),
    sha256: 'a'.repeat(64),
  };
}

/** Bright bars: upright, level, and both. */
const labels = ['upright', 'level', 'cross “+”'];

function picture(
  [height = 0, width = 0, channels = 0]: readonly number[],
  label: number,
  i: number,
): Uint8Array {
  return Uint8Array.from({ length: height * width * channels }, (_, at) => {
    const [x, y] = [Math.floor(at / channels) % width, Math.floor(at / channels / width)];
    const upright = label !== 1 && Math.abs(x - width / 2 + (i % 5) - 2) < 2 + (i % 3);
    const level = label !== 0 && Math.abs(y - height / 2 + (i % 7) - 3) < 2 + (i % 2);
    return upright || level ? 200 + i : 10 * (i % 3);
  });
}

async function lessonOf({ features, card }: Base, each = 8): Promise<Learned> {
  const given = labels.flatMap((_, label) => Array.from({ length: each }, () => label));
  const inputs = given.map((label, i) => picture(card.input.shape, label, i));
  const values = await run(encodeModel(features.model), features.output, card.input.shape, inputs);
  const lesson = {
    ...{ features: values, labels: given, classes: labels.length, seed: 1 },
    origins: given.map((label) => ({ label })),
  };
  return { lesson, taught: teach(lesson), inputs };
}

const naming = { name: 'bars', labels };

describe.each(['digits', 'cifar'])('on the features of %s', (name) => {
  let base: Base;
  let learned: Learned;
  let made: { file: Uint8Array; card: Card };
  let path: string;
  beforeAll(async () => {
    base = baseOf(await readFile(join(repositoryFolder, name, '1', 'model.onnx')));
    learned = await lessonOf(base);
    made = await makeFile(naming, base, learned, runFile, 'onnxruntime-node');
    path = join(folder, `${name}.onnx`);
    writeFileSync(path, made.file);
  });

  it('is verified, every check of it', async () => {
    const checks = await verifyAlone(await openModelFile(path, repositoryFolder));
    expect(checks.map(({ name, holds, open }) => [name, holds, open])).toEqual(
      ['structure', 'weights', 'recipe', 'card', 'loads', 'golden'].map((each) => [each, true, undefined]),
    );
  });

  it('has a card that says what it was taught, and how well it holds', () => {
    const card = readCard(made.file);
    expect(card).toEqual(made.card);
    expect(card).toMatchObject({
      ...{ name: 'bars', labels },
      metrics: { n: 6, split: 'validation' },
      parity: { n: 24, changedLabels: 0, tolerance: 1e-5 },
      recipe: {
        dataset: 'taught',
        taught: {
          examples: { upright: 8, level: 8, 'cross “+”': 8 },
          features: { model: name, sha256: 'a'.repeat(64) },
          judged: { trained: 18, heldOut: 6 },
        },
      },
      datasets: [
        { name: 'taught', split: 'train', n: 24 },
        { name: 'taught', split: 'validation', n: 6 },
      ],
    });
  });

  it('answers in Python and in Node as the head that was taught', async () => {
    const expected = Array.from(answersOf(learned.taught.head, learned.lesson.features));
    const inputs = join(folder, 'inputs');
    writeFileSync(inputs, Buffer.concat(learned.inputs));
    const script = `
import json, sys, numpy as np, onnx, onnxruntime as ort
path, inputs, shape = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
onnx.checker.check_model(onnx.load(path), full_check=True)
x = np.fromfile(inputs, np.uint8).reshape([-1] + shape)
print(json.dumps(ort.InferenceSession(path).run(None, {'image': x})[0].ravel().tolist()))`;
    const theirs: number[] = JSON.parse(
      python(script, [path, inputs, JSON.stringify(made.card.input.shape)]),
    );
    expect(theirs).toHaveLength(expected.length);
    for (const [i, value] of theirs.entries())
      expect(Math.abs(value - (expected[i] ?? 0))).toBeLessThan(1e-5);

    const model = await loadModel(path);
    expect(model.card.labels).toEqual(labels);
    await model.close();
  });

  it('is the same to the byte when it is made again', async () => {
    const again = await makeFile(naming, base, await lessonOf(base), runFile, 'onnxruntime-node');
    expect(Buffer.compare(again.file, made.file)).toBe(0);
  });

  it('can be taught upon', async () => {
    const upon = baseOf(made.file);
    const { file } = await makeFile(
      { ...naming, name: 'again' },
      upon,
      await lessonOf(upon),
      runFile,
      'node',
    );
    const weights = (bytes: Uint8Array) => decodeModel(bytes).graph.initializer.length;
    expect(weights(file)).toBe(weights(made.file));
    expect(upon.features.model.graph.output).toHaveLength(1);
  });

  it('is not made where a runtime answers otherwise', async () => {
    const off: RunFile = async (...asked) =>
      (await runFile(...asked)).map((row, i) => (i === 9 ? row.map((value) => value + 2e-5) : row));
    await expect(makeFile(naming, base, learned, off, 'node')).rejects.toThrow(/up to 2.0e-5 otherwise/);
    const none: RunFile = async (...asked) => (await runFile(...asked)).slice(0, 10);
    await expect(makeFile(naming, base, learned, none, 'node')).rejects.toThrow(/NaN otherwise/);
  });
});

it('a file that one example of each class has taught is judged by none', async () => {
  const base = baseOf(await readFile(join(repositoryFolder, 'digits', '1', 'model.onnx')));
  const { card } = await makeFile(naming, base, await lessonOf(base, 1), runFile, 'node');
  expect(card).toMatchObject({ metrics: null, recipe: { taught: { judged: { trained: 0, heldOut: 0 } } } });
  expect(card.datasets.map(({ split, n }) => [split, n])).toEqual([['train', 3]]);
});

it('a model of which nothing but the answer depends on the picture cannot be taught upon', () => {
  const model: ModelProto = {
    ...{ ir_version: 8, opset_import: [{ version: 17 }], metadata_props: [] },
    graph: {
      node: [{ op_type: 'Softmax', input: ['image'], output: ['probabilities'], attribute: [] }],
      ...{ initializer: [], input: [{ name: 'image' }], output: [{ name: 'probabilities' }] },
    },
  };
  expect(() => featureModel(model, 'image')).toThrow('choose another one to teach');
});
