// What is promised of models from elsewhere whose weights are in a file beside them, as onnx and torch write large ones: they are
// served like others, in a repository and as the Hub's cache has them, and nothing outside of their folder is read.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkRepository } from '../../serve/engine/check-repository.ts';
import { openEngine } from '../../serve/engine/index.ts';
import { defaultLimits } from '../../serve/settings/limits.ts';
import { elsewhere } from '../models/elsewhere.ts';
import { python } from '../python.ts';
import { temporaryFolder } from './harness.ts';

const card = {
  labels: ['a', 'b', 'c'],
  input: { size: [4, 4], layout: 'NCHW' },
  resize: { crop: 'stretch' },
  output: 'logits',
};

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** The folder of the version, in which are model.onnx, model.onnx.data and card.json. */
let place: string;
const model = () => join(place, 'model.onnx');
const data = () => join(place, 'model.onnx.data');

/** onnx writes the file; it also says what the model gives of the picture below. */
const write = `
import json, sys
import numpy as np, onnx, onnxruntime
source, target = sys.argv[1:]
model = onnx.load(source)
onnx.save(model, target, save_as_external_data=True, location="model.onnx.data", size_threshold=0)
onnx.checker.check_model(target)
picture = (np.arange(48, dtype=np.float32).reshape(1, 4, 4, 3) / np.float32(255)).transpose(0, 3, 1, 2)
(logits,) = onnxruntime.InferenceSession(target).run(None, {"input": picture})
e = np.exp(logits - logits.max())
print(json.dumps((e / e.sum())[0].tolist()))
`;
let expected: number[];

beforeEach(async () => {
  folder = await temporaryFolder();
  place = join(folder.path, 'large', '1');
  mkdirSync(place, { recursive: true });
  const whole = join(folder.path, 'whole.bin');
  writeFileSync(whole, elsewhere({ dims: ['N', 3, 4, 4] }));
  expected = JSON.parse(python(write, [whole, model()]));
  rmSync(whole);
  writeFileSync(join(place, 'card.json'), JSON.stringify(card));
});
afterEach(() => folder.remove());

const picture = { kind: 'input', data: Uint8Array.from({ length: 48 }, (_, i) => i) } as const;

/** What a server on the folder gives of the picture, or why it does not start. */
async function answer(repository = folder.path): Promise<readonly number[] | string> {
  const engine = openEngine({ repository, limits: defaultLimits, threads: 1, watch: 0, log: () => {} });
  try {
    await engine.load();
    const [served] = engine.models();
    if (served === undefined) throw new Error('nothing is served');
    expect(served.adopted).toBe(true);
    return [...(await engine.classify(served, picture)).output];
  } catch (error) {
    return String(error);
  } finally {
    await engine.close();
  }
}

function expectRight(got: readonly number[] | string): void {
  expect(typeof got === 'string' ? got : '').toBe('');
  for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 6);
}

test('they are served and checked, with the answers that onnxruntime gives of the file itself', async () => {
  expect(readdirSync(place).sort()).toEqual(['card.json', 'model.onnx', 'model.onnx.data']);
  expect(readFileSync(data()).length).toBe(48 * 3 * 4);
  expectRight(await answer());
  const lines: string[] = [];
  expect(await checkRepository(folder.path, undefined, 'cpu', (line) => void lines.push(line))).toBe(true);
  expect(lines).toContainEqual(expect.stringMatching(/^large\/1: well on cpu/));
});

test('links to another place that both files have are followed, as in the cache of the Hub', async () => {
  const blobs = join(folder.path, '.blobs');
  mkdirSync(blobs);
  for (const [path, name] of [
    [model(), '1f'],
    [data(), '2e'],
  ] as const) {
    renameSync(path, join(blobs, name));
    symlinkSync(join('..', '..', '.blobs', name), path);
  }
  expectRight(await answer());
});

describe('nothing outside of the folder is read', () => {
  test.each([
    ['a link out of it', () => symlinkSync(join(folder.path, '.secret', 'w.data'), data())],
    [
      'a link to a link',
      () => {
        symlinkSync(join(folder.path, '.secret'), join(place, 'inside'));
        symlinkSync(join('inside', 'w.data'), data());
      },
    ],
  ])('%s', async (_, link) => {
    mkdirSync(join(folder.path, '.secret'));
    renameSync(data(), join(folder.path, '.secret', 'w.data'));
    link();
    expect(await answer()).toMatch(
      /weight weights is outside the folder of the model: "model\.onnx\.data"\. Keep both files together/,
    );
  });

  test('a folder that is linked to as a whole is its own place', async () => {
    renameSync(place, join(folder.path, '.elsewhere'));
    symlinkSync(join(folder.path, '.elsewhere'), place);
    expectRight(await answer());
  });
});

test.each([
  ['missing', () => rmSync(data()), /which cannot be read: ENOENT.* Keep both files together/],
  ['cut off', () => truncateSync(data(), 100), /that file has 100: it is cut off, or of another model/],
])('weights that are %s are said', async (_, change, message) => {
  change();
  expect(await answer()).toMatch(message);
});

test('weights that no file in our form has room for are refused before they are read', async () => {
  const change = `
import sys, onnx
model = onnx.load(sys.argv[1], load_external_data=False)
(weights,) = model.graph.initializer
weights.dims[:] = [2**29]
for entry in weights.external_data:
    if entry.key == "length": entry.value = str(2**31)
open(sys.argv[1], "wb").write(model.SerializeToString())
print(len(model.graph.initializer))
`;
  expect(python(change, [model()]).trim()).toBe('1');
  truncateSync(data(), 2 ** 31); // a hole, which takes no place
  expect(await answer()).toMatch(/its weights have more than 2\.0 GiB, which one file has no room for/);
});
