// The pinned requirements: exact everywhere, and of the versions that the npm packages have.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { onnxruntimeVersion } from './checkout.ts';

const folder = join(root, 'setup', 'requirements');
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

test('every requirement is pinned to one version', () => {
  const files = readdirSync(folder);
  expect(files).toEqual([
    'onnxruntime-gpu.txt',
    'optuna.txt',
    'ray.txt',
    'tensorflow-python.txt',
    'test.txt',
    'train-arm64.txt',
    'train-gpu.txt',
    'train.txt',
  ]);
  for (const file of files) {
    const lines = read(file)
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    for (const line of lines) expect(line).toMatch(/^[\w-]+==[\w.]+(; python_version [<>=]+ "3\.\d+")?$/);
  }
});

test("Python's onnxruntime is of onnxruntime-node's version", () => {
  for (const file of ['test.txt', 'ray.txt'])
    expect(read(file)).toContain(`\nonnxruntime==${onnxruntimeVersion()}; python_version >= "3.11"\n`);
  expect(read('onnxruntime-gpu.txt')).toContain(`\nonnxruntime-gpu==${onnxruntimeVersion()}\n`);
});

test('with and without a GPU, on x86 and ARM, it is one TensorFlow', () => {
  const version = /^tensorflow-cpu==(.+)$/m.exec(read('train.txt'))?.[1];
  expect(read('train-arm64.txt')).toContain(`\ntensorflow==${version}\n`);
  expect(read('train-gpu.txt')).toContain(`\ntensorflow==${version}\n`);
});
