// Killed at any moment, set-up works the next time; two at once do each step once.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { mayLive, type Owner, ownerOf } from '../../setup/files/owner.mjs';
import { type Checkout, finish, makeCheckout } from './checkout.ts';

let checkout: Checkout;
afterEach(() => checkout.remove());

const everyStep = ['g++', 'npm ci', 'npm install', 'pip train.txt', 'venv'];

/** Longer than a test may take. */
const FOR_EVER = { FAKE_HANG_MS: '600000' };

test.each([
  ['npm install', 'npm install', ['TensorFlow addon'], ['npm install']],
  ['pip', 'pip train.txt', ['npm packages', 'TensorFlow.js'], ['g++', 'pip train.txt', 'venv']],
  ['npm ci', 'npm ci', ['npm packages', 'Python environment'], ['g++', 'npm ci']],
  ['g++', 'g++', ['npm packages'], ['g++']],
  ['npm pack', 'npm pack', ['npm packages', 'TensorFlow addon'], ['npm pack']],
])(
  'killed in %s, together with it: what ran beside it is done, the next one does the rest',
  async (hang, call, done, rest) => {
    checkout = await makeCheckout(undefined, { data: hang !== 'npm pack' });
    const child = await checkout.startUntil(call, ['--for', 'train'], { FAKE_HANG: hang, ...FOR_EVER });
    await told(child, done);
    const programs: Owner[] = JSON.parse(readFileSync(lockFile(), 'utf8')).children;
    child.kill('SIGKILL');
    for (const { pid } of programs) kill(pid);
    await finish(child);

    const before = checkout.calls().length;
    const { code, stderr } = await checkout.run(['--for', 'train']);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(checkout.calls().slice(before).toSorted()).toEqual(rest);
  },
);

test('asked to end, it ends all that runs for it', async () => {
  checkout = await makeCheckout();
  const child = await checkout.startUntil('pip train.txt', ['--for', 'train'], {
    FAKE_HANG: 'pip',
    ...FOR_EVER,
  });
  await told(child, ['npm packages', 'TensorFlow.js']);
  const programs: Owner[] = JSON.parse(readFileSync(lockFile(), 'utf8')).children;
  child.kill('SIGTERM');
  const { code } = await finish(child);
  expect(code).toBe(143);
  expect(programs.length).toBeGreaterThan(0);
  await expect.poll(() => programs.filter((each) => mayLive(each, lockFile()))).toEqual([]);
});

test('killed alone, while npm runs on: the next one waits for npm, and does not do its work again', async () => {
  checkout = await makeCheckout();
  const slow = { FAKE_HANG: 'npm install', FAKE_HANG_MS: '700' };
  const child = await checkout.startUntil('npm install', ['--for', 'packages'], slow);
  child.kill('SIGKILL');
  const { code, stdout } = await checkout.run(['--for', 'packages']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Waiting for another set-up \(process \d+\)\.\n$/);
  expect(checkout.calls()).toEqual(['npm install']);
});

test('killed alone, while one of its programs runs on: the next one waits for that one', async () => {
  checkout = await makeCheckout(['npm']);
  const program = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)']);
  try {
    const gone = { pid: 2 ** 30, start: '1' };
    writeFileSync(lockFile(), JSON.stringify({ ...gone, children: [gone, ownerOf(program.pid ?? 0), gone] }));
    const child = checkout.start(['--for', 'packages']);
    const ended = finish(child);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    expect(checkout.calls()).toEqual([]);
    program.kill('SIGKILL');
    expect((await ended).stdout).toMatch(/^Waiting for .*\nnpm packages .* s\n$/);
  } finally {
    program.kill('SIGKILL');
  }
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
  expect(checkout.calls().toSorted()).toEqual(everyStep);
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

/** Waits until set-up says that steps have ended. */
async function told(child: ChildProcess, names: readonly string[]): Promise<void> {
  let text = '';
  await new Promise<void>((resolve) =>
    child.stdout?.on('data', (bytes) => {
      text += bytes;
      if (names.every((name) => new RegExp(`^${name} .* s$`, 'm').test(text))) resolve();
    }),
  );
}

/** Ends a process that may have ended. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
