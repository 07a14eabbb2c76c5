// The doctor says what the machine has, and the command that sets up what is missing.
import { afterEach, expect, test } from 'vitest';
import { type Checkout, makeCheckout, onnxruntimeVersion } from './checkout.ts';

let checkout: Checkout;
afterEach(() => checkout.remove());

const doctor = { script: 'doctor' };

test('on a machine with nothing', async () => {
  checkout = await makeCheckout([], { data: false });
  const { code, stdout, stderr } = await checkout.run([], {}, doctor);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^npm packages +missing or outdated$/m);
  expect(stdout).toMatch(/^Python +none that fits$/m);
  expect(stdout).toMatch(/^GPU +none found$/m);
  expect(stdout).toMatch(/^CPU features +AVX2 (yes|no), .*: bfloat16 is (native|emulated)/m);
  expect(stdout).toContain('Missing to serve: npm packages\n');
  expect(stdout).toContain('Missing to train: Python environment, TensorFlow.js, TensorFlow addon, MNIST\n');
  expect(stdout).toMatch(/python3 python3-venv npm g\+\+ tar gzip\n {2}npm run setup -- --for train\n/);
});

test('after a set-up for training, as JSON', async () => {
  checkout = await makeCheckout();
  await checkout.run(['--for', 'train']);
  const { code, stdout } = await checkout.run(['--json'], {}, doctor);
  expect(code).toBe(0);
  const facts = JSON.parse(stdout);
  expect(facts).toMatchObject({
    node: process.versions.node,
    npmPackages: true,
    python: { version: '3.12.1' },
    venv: { ready: true },
    tensorflow: { package: 'tensorflow-cpu', version: '2.21.0' },
    addon: true,
    onnxruntimeNode: onnxruntimeVersion(),
    gpu: { chosen: false, devices: [] },
    datasets: { mnist: { ready: true } },
    chromium: null,
  });
  expect(facts.cache.bytes.datasets).toBe(47_040_016 + 60_008 + 7_840_016 + 10_008);
  expect(facts.cpu.nativeBfloat16).toBe(facts.cpu.features.AVX512_BF16 || facts.cpu.features.AMX_BF16);
  expect(facts.missing).toEqual([
    {
      purpose: 'test',
      steps: ['CIFAR-10', 'Python of the tests', 'tf2onnx', 'Python of sweeps', 'Chromium'],
      mend: '  npm run setup -- --for test',
    },
  ]);
});
