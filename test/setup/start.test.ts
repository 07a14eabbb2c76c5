// Threads and processes are given a module by its address, sources in a checkout and JavaScript in the package.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startProcess, startThread } from '../../setup/modules/start.mjs';

const echo = moduleBeside('./modules/echo', import.meta.url);

test('a module beside one of TypeScript is TypeScript, beside one of JavaScript JavaScript', () => {
  expect(moduleBeside('./worker', 'file:///a/loader/index.ts').href).toBe('file:///a/loader/worker.ts');
  expect(moduleBeside('../b/worker', 'file:///a/dist/c/index.js').href).toBe('file:///a/dist/b/worker.js');
});

test('a thread imports the module, which finds what it was given', async () => {
  expect(await once(startThread(echo, { n: 3 }), 'message')).toEqual([{ got: { n: 3 } }]);
});

test('a process calls its fillRing, and ends', async () => {
  const child = startProcess(echo, { n: 4 });
  const ended = once(child, 'exit');
  expect((await once(child, 'message'))[0]).toEqual({ got: { n: 4 } });
  expect((await ended)[0]).toBe(0);
});

test.each([
  ['user', { error: 'no such thing', isForUser: true }],
  ['data', { error: 'no pictures', isForUser: true }],
  ['bug', { error: expect.stringMatching(/^TypeError: a bug\n.*echo\.ts:\d/), isForUser: false }],
])('what it throws, a mistake of the %s, is sent as an error', async (fail, message) => {
  const child = startProcess(echo, { fail });
  const ended = once(child, 'exit');
  expect((await once(child, 'message'))[0]).toEqual(message);
  expect((await ended)[0]).toBe(1);
});
