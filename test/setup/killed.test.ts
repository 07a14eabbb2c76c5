// Killed at any moment, set-up works the next time; two at once do each step once.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type Checkout, finish, makeCheckout } from './checkout.ts';

let checkout: Checkout;
afterEach(() => checkout.remove());

const everyStep = ['npm install', 'venv', 'pip train.txt', 'npm ci', 'g++'];

test.each([
  ['npm install', 'npm install', everyStep],
  ['pip', 'pip train.txt', ['venv', 'pip train.txt', 'npm ci', 'g++']],
  ['npm ci', 'npm ci', ['npm ci', 'g++']],
  ['g++', 'g++', ['g++']],
  ['npm pack', 'npm pack', ['npm pack']],
])('killed in %s, together with it: the next one begins with that step', async (hang, call, again) => {
  checkout = await makeCheckout(undefined, { data: hang !== 'npm pack' });
  const child = await checkout.startUntil(call, ['--for', 'train'], { FAKE_HANG: hang });
  const program = JSON.parse(readFileSync(lockFile(), 'utf8')).child.pid;
  child.kill('SIGKILL');
  process.kill(program, 'SIGKILL');
  await finish(child);

  const before = checkout.calls().length;
  const { code, stderr } = await checkout.run(['--for', 'train']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(checkout.calls().slice(before)).toEqual(again);
});

test('killed alone, while npm runs on: the next one waits for npm, and does not do its work again', async () => {
  checkout = await makeCheckout();
  const slow = { FAKE_HANG: 'npm install', FAKE_HANG_MS: '700' };
  const child = await checkout.startUntil('npm install', ['--for', 'train'], slow);
  child.kill('SIGKILL');
  const { code, stdout } = await checkout.run(['--for', 'train']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Waiting for another set-up \(process \d+\)\.\nPython environment/);
  expect(checkout.calls()).toEqual(everyStep);
});

test('two at once do each step once', async () => {
  checkout = await makeCheckout();
  const slow = { FAKE_HANG: 'npm install', FAKE_HANG_MS: '300' };
  const results = await Promise.all([
    checkout.run(['--for', 'train'], slow),
    checkout.run(['--for', 'train'], slow),
  ]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  expect(results.map(({ stderr }) => stderr)).toEqual(['', '']);
  expect(checkout.calls()).toEqual(everyStep);
});

test.each([
  ['of a process that is gone', JSON.stringify({ pid: 2 ** 30, start: '1' })],
  ['of a process whose id another has now', JSON.stringify({ pid: process.pid, start: '1' })],
  ['that is empty', ''],
  ['that is damaged', '{"pid": 2'],
  ['that names nobody', '"x"'],
])('a lock %s is taken over', async (_, text) => {
  checkout = await makeCheckout(['npm']);
  writeFileSync(lockFile(), text);
  const { code, stdout } = await checkout.run(['--for', 'packages']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/npm packages .* s\n$/);
});

function lockFile(): string {
  return join(checkout.cache, 'setup.lock');
}
