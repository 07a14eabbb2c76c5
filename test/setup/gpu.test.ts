// --gpu takes NVIDIA's libraries, says what was found, and is remembered; without it nothing of CUDA is touched.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { which } from '../../setup/machine/system.mjs';
import { type Checkout, makeCheckout } from './checkout.ts';

let checkout: Checkout;
afterEach(() => checkout.remove());

const provider = 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so';

/** The folder in the cache that has onnxruntime with CUDA. */
function cudaFolder(): string {
  const folder = join(checkout.cache, 'onnxruntime-gpu');
  return join(folder, readdirSync(folder)[0] ?? '');
}

test('the CUDA wheels are installed, the provider is where onnxruntime-node looks for it', async () => {
  checkout = await makeCheckout();
  const { code, stdout } = await checkout.run(['--gpu']);
  expect(code).toBe(0);
  expect(stdout).toContain('No NVIDIA GPU was found');
  expect(stdout).toContain('everything runs on the CPU');
  expect(checkout.calls()).toContain('pip train-gpu.txt');
  expect(checkout.calls()).toContain('pip onnxruntime-gpu.txt');
  expect(checkout.calls()).not.toContain('pip train.txt');
  expect(realpathSync(join(cudaFolder(), provider))).toBe(
    join(cudaFolder(), 'onnxruntime/capi/libonnxruntime_providers_cuda.so'),
  );
  expect(existsSync(join(checkout.folder, provider))).toBe(false);
});

test('the choice is remembered until --cpu', async () => {
  checkout = await makeCheckout();
  await checkout.run(['--for', 'train', '--gpu']);
  const before = checkout.calls().length;
  expect((await checkout.run(['--for', 'train'])).stdout).toBe('');
  expect((await checkout.run(['--for', 'train', '--cpu'])).code).toBe(0);
  expect(checkout.calls().slice(before)).toEqual(['venv', 'pip train.txt', 'g++']);
  expect((await checkout.run(['--for', 'train'])).stdout).toBe('');
});

test('without --gpu there is no provider', async () => {
  checkout = await makeCheckout();
  await checkout.run(['--for', 'train']);
  expect(existsSync(join(checkout.cache, 'onnxruntime-gpu'))).toBe(false);
});

test('a provider of another version than onnxruntime-node is refused', async () => {
  checkout = await makeCheckout();
  const { code, stderr } = await checkout.run(['--gpu'], { FAKE_ONNXRUNTIME_NODE: '1.0.0' });
  expect(code).toBe(1);
  expect(stderr).toContain('must pin onnxruntime-gpu==1.0.0, the version of onnxruntime-node');
});

test('the libraries of the wheels are loaded whatever their order', async () => {
  checkout = await makeCheckout();
  await checkout.run(['--gpu']);
  const lib = join(cudaFolder(), 'nvidia', 'any', 'lib');
  mkdirSync(lib, { recursive: true });
  const compile = (code: string, name: string, ...more: string[]) =>
    execFileSync(which('g++') ?? '', ['-shared', '-fPIC', '-x', 'c++', '-', '-o', join(lib, name), ...more], {
      input: code,
    });
  compile('int z() { return 1; }', 'libz_needed.so.13', '-Wl,-soname,libz_needed.so.13');
  compile('int z(); int a() { return z(); }', 'liba_needs.so.13', `-L${lib}`, '-l:libz_needed.so.13');

  const script = `
    import { loadCuda } from ${JSON.stringify(join(checkout.folder, 'setup', 'libraries', 'cuda.mjs'))};
    import { readFileSync } from 'node:fs';
    const before = loadCuda('tensorflow');
    const loaded = loadCuda('onnxruntime').map((path) => path.split('/').at(-1));
    const mapped = readFileSync('/proc/self/maps', 'utf8').match(/lib[az]_need\\w+/g);
    console.log(JSON.stringify({ before, loaded, mapped: [...new Set(mapped)].sort() }));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, TRAINYARD_CACHE: checkout.cache },
  });
  expect(JSON.parse(output)).toEqual({
    before: [],
    loaded: ['libz_needed.so.13', 'liba_needs.so.13'],
    mapped: ['liba_needs', 'libz_needed'],
  });
});
