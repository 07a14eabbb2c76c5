// As process 1 of a container, which Linux sends only the signals that it listens to, commands end when they are asked to.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { colors, fillRepository } from '../serve/harness.ts';

/** A process namespace of its own, as root or as whoever may make one. */
const unshare = ['--pid', '--fork', '--mount-proc', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];
const canUnshare = spawnSync('unshare', [...unshare, 'true']).status === 0;
const NO_NAMESPACE = 'this user may make no namespace of processes (unshare --pid)';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-first-'));
beforeAll(() => fillRepository(folder, [colors]));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs Node in the checkout as process 1, sends it a signal when it has printed `said`, and waits for its exit status. */
async function endAt(signal: NodeJS.Signals, said: RegExp, ...words: string[]) {
  const child = spawn('unshare', [...unshare, process.execPath, ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let printed = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    printed += chunk;
    if (said.test(printed)) break;
  }
  const first = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  process.kill(Number(first), signal);
  return (await ended)[0];
}

test('the server, while it loads and when it serves', async ({ skip }) => {
  skip(!canUnshare, NO_NAMESPACE);
  const serve = ['serve', '--port', '0', '--repository', folder];
  expect(await endAt('SIGTERM', /settings/, 'bin/trainyard.mjs', ...serve)).toBe(0);
  expect(await endAt('SIGHUP', /classify/, 'bin/trainyard.mjs', ...serve)).toBe(0);
  expect(await endAt('SIGINT', /classify/, 'setup/main.mjs', '--for', 'packages', '--', ...serve)).toBe(0);
});

test('a command that listens to no signal, with the status that a shell gives', async ({ skip }) => {
  skip(!canUnshare, NO_NAMESPACE);
  const work = `const { explain } = await import('./bin/run.ts');
    await explain(async () => { console.log('at work'); await new Promise((end) => setTimeout(end, 20_000)); });`;
  const words = ['--import', 'tsx/esm', '--input-type=module', '--eval', work];
  expect(await endAt('SIGTERM', /at work/, ...words)).toBe(143);
});
