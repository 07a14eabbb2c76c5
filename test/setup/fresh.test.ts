// A fresh checkout becomes ready, step by step, and asks each purpose for no more than it needs.
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { afterEach, expect, test } from 'vitest';
import { purposes, stepsFor } from '../../setup/steps/index.mjs';
import { type Checkout, makeCheckout } from './checkout.ts';

let checkout: Checkout;
afterEach(() => checkout?.remove());

test('training is made ready, with a line and the seconds of each step', async () => {
  checkout = await makeCheckout(undefined, { data: false });
  const { code, stdout, stderr } = await checkout.run(['--for', 'train']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  const lines = stdout.trim().split('\n');
  const names = lines.map((line) => line.slice(0, 20).trim());
  expect(names.toSorted()).toEqual([
    'MNIST',
    'Python environment',
    'TensorFlow addon',
    'TensorFlow.js',
    'npm packages',
  ]);
  for (const line of lines) expect(line).toMatch(/ \.\.\. \d+\.\d s$/);
  const calls = checkout.calls();
  expect(calls.toSorted()).toEqual(['g++', 'npm ci', 'npm install', 'npm pack', 'pip train.txt', 'venv']);
  // The addon is compiled of what both bring.
  expect(names.slice(names.indexOf('TensorFlow addon'))).not.toContain('Python environment');
  expect(names.slice(names.indexOf('TensorFlow addon'))).not.toContain('TensorFlow.js');
  expect(readdirSync(join(checkout.cache, 'datasets', 'mnist')).sort()).toEqual([
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
  ]);
});

test('a second set-up does nothing and prints nothing, unless it is asked to', async () => {
  checkout = await makeCheckout();
  await checkout.run(['--for', 'train']);
  const calls = checkout.calls();
  expect(await checkout.run(['--for', 'train'])).toEqual({ code: 0, stdout: '', stderr: '' });
  const { stdout } = await checkout.run(['--for', 'train', '--verbose']);
  expect(stdout.match(/ready/g)).toHaveLength(6);
  expect(checkout.calls()).toEqual(calls);
});

test('an environment of production has the development packages too, which run the sources', async () => {
  checkout = await makeCheckout(['npm']);
  const { code, stderr } = await checkout.run(['--for', 'serve'], { NODE_ENV: 'production' });
  expect([code, stderr]).toEqual([0, '']);
});

test('serving asks for neither Python nor a compiler nor data', async () => {
  checkout = await makeCheckout(['npm']);
  const { code } = await checkout.run(['--for', 'serve']);
  expect(code).toBe(0);
  expect(checkout.calls()).toEqual(['npm install']);
});

test('the library that decodes JPEGs is taken out of its package', async () => {
  checkout = await makeCheckout(['npm'], { library: false });
  const { code, stdout } = await checkout.run(['--for', 'packages']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^libjpeg-turbo /m);
  expect(checkout.calls().toSorted()).toEqual(['npm install', 'npm pack']);
  const [file = '', ...others] = readdirSync(join(checkout.cache, 'libraries'));
  expect(others).toEqual([]);
  const library = koffi.load(join(checkout.cache, 'libraries', file));
  expect(library.func('void *tj3Init(int initType)')(1)).toBeTruthy();
});

test('other requirements are another environment, and what is compiled for it; the one that is there stays', async () => {
  checkout = await makeCheckout();
  await checkout.run(['--for', 'train']);
  appendFileSync(join(checkout.folder, 'setup', 'requirements', 'train.txt'), '\n# changed\n');
  const before = checkout.calls().length;
  expect((await checkout.run(['--for', 'train'])).code).toBe(0);
  expect(checkout.calls().slice(before)).toEqual(['venv', 'pip train.txt', 'g++']);
  expect(readdirSync(join(checkout.cache, 'python'))).toHaveLength(2);
});

test('what training needs is in the cache, where another checkout finds it', async () => {
  checkout = await makeCheckout();
  await checkout.run(['--for', 'train']);
  expect(readdirSync(checkout.cache).sort()).toEqual(['addon', 'datasets', 'libraries', 'npm', 'python']);
  const other = await makeCheckout();
  try {
    const { code } = await other.run(['--for', 'train'], { TRAINYARD_CACHE: checkout.cache });
    expect(code).toBe(0);
    expect(other.calls()).toEqual(['npm install']);
  } finally {
    other.remove();
  }
});

test.each(purposes.flatMap((purpose) => [true, false].map((gpu) => ({ purpose, gpu }))))(
  'a step waits for steps that come before it: $purpose, with a GPU: $gpu',
  ({ purpose, gpu }) => {
    const steps = stepsFor(purpose, gpu);
    const all = stepsFor('ci', true).map(({ name }) => name);
    expect(steps.length).toBeGreaterThan(0);
    for (const [i, { name, after = [] }] of steps.entries()) {
      // ONNX Runtime is a step where the package is installed, and no checkout.
      expect([...all, 'ONNX Runtime']).toEqual(expect.arrayContaining([...after]));
      const later = steps.slice(i).map((step) => step.name);
      expect(
        after.filter((wanted) => later.includes(wanted)),
        name,
      ).toEqual([]);
    }
  },
);

test('Python with Optuna, or with Ray, is made by whoever first asks, and needs no training', async () => {
  checkout = await makeCheckout(['python3.12']);
  const ask = (name: string) =>
    checkout.run(
      [join(checkout.folder, 'setup/libraries/python-on-demand.mjs'), name],
      {},
      { node: ['-e', asks] },
    );
  const asks = 'import(process.argv[2]).then((m) => m.pythonReady(process.argv[3])).then(console.log)';
  expect((await ask('optuna')).stdout).toMatch(
    /^Python of sweeps .*\n.*\/python\/optuna-\w+\/bin\/python\n$/,
  );
  const ray = await ask('ray');
  expect(ray).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^Ray .*\n.*\/python\/ray-\w+\/bin\/python\n$/),
    stderr: '',
  });
  expect((await ask('ray')).stdout).toBe(ray.stdout.split('\n').slice(1).join('\n'));
  expect(checkout.calls()).toEqual(['venv', 'pip optuna.txt', 'venv', 'pip optuna.txt ray.txt']);
});
