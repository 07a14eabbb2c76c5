// The wheel of python/: built as `npm run build:wheel` does, installed into an empty environment without an index, and used.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { environmentFolder, pythonOf, sitePackages } from '../../setup/install/python-environments.mjs';
import { modelsFolder, root, version } from '../../setup/paths.mjs';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-wheel-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const python = (interpreter: string, ...args: string[]) =>
  execFileSync(interpreter, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

it('is built, installs, and classifies', () => {
  const test = pythonOf('test');
  const pip = ['-m', 'pip', '--disable-pip-version-check', '--no-input'];
  const build = ['wheel', '--no-index', '--no-deps', '--no-build-isolation', '--wheel-dir', folder];
  python(test, ...pip, ...build, join(root, 'python'));
  const [wheel = ''] = readdirSync(folder);
  expect(wheel).toBe(`trainyard_runtime-${version}-py3-none-any.whl`);

  const empty = join(folder, 'empty');
  python(test, '-m', 'venv', '--without-pip', empty);
  // What it needs is in the environment of the tests and in that of training, which pip sees as installed.
  const packages = sitePackages(empty) ?? '';
  writeFileSync(
    join(packages, 'needed.pth'),
    ['test', 'train'].map((name) => `${sitePackages(environmentFolder(name as 'test'))}\n`).join(''),
  );
  const installed = join(empty, 'bin', 'python');
  python(test, ...pip, '--python', installed, 'install', '--no-index', join(folder, wheel));
  const script = `
import trainyard_runtime
answer = trainyard_runtime.load(${JSON.stringify(join(modelsFolder, 'digits', '1', 'model.onnx'))}, check=True).classify(${JSON.stringify(join(root, 'digit.png'))}, top=1)
print(answer.label, trainyard_runtime.__file__, trainyard_runtime.__version__)
`;
  const [label, place, its] = python(installed, '-c', script).trim().split(' ');
  expect({ label, its }).toEqual({ label: '7', its: version });
  expect(place).toBe(join(packages, 'trainyard_runtime', '__init__.py'));
  const files = (path: string) =>
    readdirSync(path)
      .filter((name) => name !== '__pycache__')
      .toSorted();
  expect(files(join(packages, 'trainyard_runtime'))).toEqual(files(join(root, 'python/trainyard_runtime')));
});
