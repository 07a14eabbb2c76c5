// Weights beside the model: every command reads them, and says what is wrong with them.
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diff } from '../../export/diff/index.ts';
import { type OpenModelFile, openModelFile } from '../../export/files/file.ts';
import { describeWithWork } from '../../export/inspect/describe.ts';
import { onnxClassifier } from '../../export/parity/classifier.ts';
import { createInferenceSession } from '../../export/parity/session.ts';
import { addToRepository } from '../../export/publish/add-to-repository.ts';
import { quantize } from '../../export/quantize/index.ts';
import { verifyAlone } from '../../export/verify/index.ts';
import { goldenInput } from '../../models/golden.ts';
import { decodeModel, encodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import { readModelFile } from '../../train/runs/weights-of-model-file.ts';
import { shippedModels } from '../shipped.ts';
import { smallMnist } from '../train/small-mnist.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-external-'));
const repository = join(folder, 'models');
const shippedPath = shippedModels.digits;

/** Instead of 2 GB. */
const LIMIT = 10_000;

let [shipped, large]: OpenModelFile[] = [];

beforeAll(async () => {
  shipped = await openModelFile(shippedPath, repository);
  const { path } = await addToRepository(repository, 'large', shipped.model, LIMIT);
  large = await openModelFile(path, repository);
});
afterAll(() => rmSync(folder, { recursive: true }));

const files = () => [shipped, large] as [OpenModelFile, OpenModelFile];

it('the repository holds both files, and the commands find them by name', async () => {
  const [, file] = files();
  expect(file.source).toBe(file.path);
  expect(statSync(file.path).size).toBeLessThan(30_000);
  expect(readdirSync(dirname(file.path))).toHaveLength(2);
  expect((await openModelFile('large', repository)).path).toBe(file.path);
});

it('verify holds, and diff finds no difference', async () => {
  const [before, after] = files();
  expect((await verifyAlone(after)).filter(({ holds }) => !holds)).toEqual([]);
  const { structure, weights, card, answers } = await diff(before, after);
  expect({ structure, card, changed: weights.changed, others: weights.others }).toEqual({
    structure: [],
    card: [],
    changed: [],
    others: [],
  });
  expect(weights.equal).toBe(before.model.graph.initializer.length);
  expect(answers?.largest).toBe(0);
});

it('inspect tells the same of both, but for their paths and sizes', async () => {
  const [before, after] = await Promise.all(files().map(({ path }) => describeWithWork(path)));
  expect({ ...after, path: '', bytes: 0 }).toEqual({ ...before, path: '', bytes: 0 });
  expect(after?.bytes).toBeGreaterThan(300_000);
});

it('quantize and training on take the same weights', async () => {
  const [before, after] = files();
  expect(readModelFile(after.path).weights).toEqual(readModelFile(before.path).weights);
  const data = await smallMnist(64, 50);
  const latency = async () => ({ before: 1, after: 1, ratio: 1 });
  const results = [];
  for (const file of [before, after]) {
    const options = { weights: 'float16', maxDrop: 1, repository, name: 'small', latency } as const;
    results.push(await quantize(file, data, options));
  }
  const [one, two] = results.map((result) => ('model' in result ? readFileSync(result.model.path) : result));
  expect(one).toBeInstanceOf(Buffer);
  expect(two).toEqual(one);
});

it('onnxruntime loads a model in memory that no message can hold, and leaves no file behind', async () => {
  const [before] = files();
  const { metadata_props: _, ...rest } = before.model;
  const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('trainyard-large-'));
  const earlier = temporary();
  const session = await createInferenceSession({ ...rest, metadata_props: [] }, {}, LIMIT);
  expect(session.outputNames).toEqual(['probabilities', 'novelty']);
  await session.release();
  expect(temporary()).toEqual(earlier);
  const image = goldenInput('noise', [28, 28, 1]);
  const [own, other] = [
    await onnxClassifier(before.source, [28, 28, 1]),
    await onnxClassifier(files()[1].source, [28, 28, 1]),
  ];
  expect(await other.classify(image)).toEqual(await own.classify(image));
  await Promise.all([own.close(), other.close()]);
});

describe('what is wrong is said, and nothing of a claimed size is allocated', () => {
  /** A copy of both files, changed. */
  function changed(change: (model: ModelProto) => void): { path: string; data: string } {
    const copy = mkdtempSync(join(folder, 'copy-'));
    const [, { path }] = files();
    cpSync(dirname(path), copy, { recursive: true });
    const own = join(copy, 'model.onnx');
    const model = decodeModel(readFileSync(own));
    change(model);
    writeFileSync(own, encodeModel(model));
    return { path: own, data: join(copy, readdirSync(copy).find((name) => name.endsWith('.data')) ?? '') };
  }

  /** Sets what the first tensor in the other file says of itself. */
  const withEntry = (key: string, value: string) => (model: ModelProto) => {
    const entries = model.graph.initializer.find(({ data_location }) => data_location === 1)?.external_data;
    for (const each of entries ?? []) if (each.key === key) each.value = value;
  };

  it.each([
    ['location', '../other.data', /is outside the folder of the model: "\.\.\/other\.data"/],
    ['location', '/etc/passwd', /is outside the folder of the model/],
    ['location', 'none.data', /is in .*none\.data, which cannot be read: ENOENT.* Keep both files together/],
    ['length', '10000000000', /has 10000000000 bytes in model-.*\.data, expected \d+/],
    ['offset', '9007199254740000', /that file has \d+: it is cut off, or of another model/],
    ['offset', '-4', /from byte -4 to/],
  ])('%s %s', async (key, value, message) => {
    const { path } = changed(withEntry(key, value));
    await expect(openModelFile(path, repository)).rejects.toThrow(message);
    expect(() => readModelFile(path)).toThrow(message);
    await expect(describeWithWork(path)).rejects.toThrow(message);
  });

  it('a file that is cut off', async () => {
    const { path, data } = changed(() => {});
    truncateSync(data, 100_000);
    await expect(openModelFile(path, repository)).rejects.toThrow(/that file has 100000: it is cut off/);
  });

  it('a shape of 10 GB', async () => {
    const { path } = changed(({ graph }) => {
      const tensor = graph.initializer.find(({ data_location }) => data_location === 1);
      if (tensor) tensor.dims = [50_000, 50_000];
      withEntry('length', '10000000000')({ graph } as ModelProto);
    });
    await expect(openModelFile(path, repository)).rejects.toThrow(/it is cut off, or of another model/);
  });
});
