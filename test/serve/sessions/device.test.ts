// What --device promises: auto says what it got, cuda fails loudly where there is none, and words for what is no device.
import { expect, test } from 'vitest';
import { openEngine } from '../../../serve/engine/index.ts';
import { type Device, explainNoCuda, parseDevice } from '../../../serve/sessions/device.ts';
import { defaultLimits } from '../../../serve/settings/limits.ts';
import { missingLibrary } from '../../../setup/libraries/cuda.mjs';
import { findGpus, mayHaveGpu } from '../../../setup/machine/gpu.mjs';
import { isGpu } from '../../../setup/machine/gpu-choice.mjs';
import { colors, fillRepository, temporaryFolder } from '../harness.ts';

/** The device that a server got, what it said, and why it did not start. */
async function start(device: Device) {
  const folder = await temporaryFolder();
  await fillRepository(folder.path, [colors]);
  const log: string[] = [];
  const write = (line: string) => void log.push(line);
  const engine = openEngine({
    repository: folder.path,
    device,
    threads: 1,
    watch: 0,
    limits: defaultLimits,
    log: write,
  });
  const failed = await engine.load().then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  const { device: got } = engine.state();
  await engine.close();
  await folder.remove();
  return { got, log, failed };
}

const gpu = isGpu() && findGpus().length > 0;
const SET_UP = 'this machine is set up with --gpu';

test('auto falls back to the processor, and says what to do about it where there may be a GPU', async ({
  skip,
}) => {
  skip(isGpu(), SET_UP);
  const { got, log, failed } = await start('auto');
  expect(failed).toBeUndefined();
  expect(got).toBe('cpu');
  const advice =
    'CUDA is not set up: npm run setup -- --gpu fetches its libraries; models run on the processor';
  expect(log).toEqual(mayHaveGpu() ? [advice] : []);
});

test('cuda does not start without CUDA', async ({ skip }) => {
  skip(isGpu(), SET_UP);
  const { log, failed } = await start('cuda:1');
  expect(failed).toMatch(
    /no model of .* can be served: colors\/1: CUDA is not set up: npm run setup -- --gpu/,
  );
  expect(log).toEqual([
    expect.stringMatching(/^colors\/1 is left out: CUDA is not set up: npm run setup -- --gpu/),
  ]);
});

test('cpu does not look for CUDA', async () => {
  expect(await start('cpu')).toMatchObject({ got: 'cpu', log: [], failed: undefined });
});

test('cuda runs the models on the GPU', async ({ skip }) => {
  skip(!gpu, 'no NVIDIA GPU, or not set up with --gpu');
  expect(await start('cuda')).toMatchObject({ got: 'cuda:0', log: [], failed: undefined });
});

test('the reason of onnxruntime is cut to what a person can use', () => {
  const error = new Error(
    'no available backend found. ERR: [cuda] Error: Failed to load library libonnxruntime_providers_cuda.so\nstack',
  );
  expect(explainNoCuda(error, undefined)).toBe(
    'CUDA cannot be used: Failed to load library libonnxruntime_providers_cuda.so',
  );
});

test('where NVIDIA has no driver, its library is named, as the dynamic linker does', ({ skip }) => {
  skip(gpu, SET_UP);
  const missing = missingLibrary();
  expect(missing).toMatch(/^libcuda\.so\.1: cannot open shared object file/);
  expect(explainNoCuda(new Error('Failed to load shared library'), missing)).toMatch(
    /NVIDIA's driver is not here \(libcuda\.so\.1: .*\)\. Install it, .* or use --device cpu$/,
  );
  expect(explainNoCuda(new Error(), 'libcublas.so.13: cannot open')).toMatch(/libcublas\.so\.13: .* --gpu/);
});

test('what is no device is said so', () => {
  expect(['auto', 'cpu', 'cuda', 'cuda:3'].map(parseDevice)).toEqual(['auto', 'cpu', 'cuda', 'cuda:3']);
  expect(() => parseDevice('gpu')).toThrow(
    '--device: received "gpu", expected auto, cpu, cuda, or cuda: with',
  );
});
