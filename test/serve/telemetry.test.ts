// What is promised of privacy: serving and predicting send nothing, and leave nothing of onnxruntime's telemetry behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { which } from '../../setup/machine/system.mjs';
import { listening, program } from '../listening.ts';
import { colors, fillRepository, temporaryFolder } from './harness.ts';
import { plain } from './pictures.ts';

/** Milliseconds that the server runs: onnxruntime's telemetry looks its host up 9 seconds after the first session. */
const SERVED = 12_000;

/** Files on one command line: with telemetry, 450 names of 30 letters ended the process with SIGSEGV. */
const FILES = 600;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  folder = await temporaryFolder();
  await fillRepository(join(folder.path, 'models'), [colors]);
});
afterAll(() => folder.remove());

/**
 * Runs `trainyard` in a home folder of its own, which is empty, under strace where there is one. No other variable
 * reaches it: in CI, onnxruntime's telemetry is off by itself.
 */
function run(name: string, ...args: string[]) {
  const home = join(folder.path, name);
  mkdirSync(home);
  const strace = which('strace');
  const trace = join(folder.path, `${name}.strace`);
  const traced = strace === undefined ? [] : [strace, '-f', '-e', 'trace=network', '-o', trace];
  const [command = '', ...words] = [...traced, process.execPath, program, ...args];
  const child = spawn(command, [...words, '--repository', join(folder.path, 'models')], {
    cwd: folder.path,
    env: { PATH: process.env.PATH, HOME: home },
    detached: true,
  });
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid ?? 0), 'SIGKILL');
  });
  return {
    child,
    ended: once(child, 'exit'),
    errors: () => text(child.stderr),
    /** Asks it to end, and strace with it. */
    stop: () => process.kill(-(child.pid ?? 0), 'SIGTERM'),
    /** Files and folders in its home folder. */
    left: () => readdirSync(home, { recursive: true }),
    /** Addresses of other machines that it spoke to, in what strace saw. */
    asked: () => {
      if (strace === undefined) return [];
      const calls = readFileSync(trace, 'utf8');
      expect(calls).toContain('+++ exited with 0 +++'); // it was allowed to look
      return calls.match(FOREIGN) ?? [];
    },
  };
}

/** A call of the system that names an address, of IPv4 or IPv6, which is not this machine's. */
const FOREIGN =
  /(?:connect|send\w*)\(.*inet_(?:addr|pton)\((?:AF_INET6, )?"(?!127\.|::1"|0\.0\.0\.0|::")[^"]*"/g;

test('serve, over as long as telemetry takes to send something', async () => {
  const server = run('serve', 'serve', '--port', '0');
  const { url } = await listening(server.child);
  const body = new Uint8Array(await plain('red'));
  const response = await fetch(`${url}/classify`, { method: 'POST', body });
  expect(response.status).toBe(200);
  await sleep(SERVED);
  server.stop();
  await server.ended;
  expect({ left: server.left(), asked: server.asked() }).toEqual({ left: [], asked: [] });
});

test(`predict, also with ${FILES} files on its command line`, async () => {
  writeFileSync(join(folder.path, 'red.png'), await plain('red'));
  const files = Array.from({ length: FILES }, (_, i) => `picture-with-a-long-name-${i}.png`);
  for (const file of files) linkSync(join(folder.path, 'red.png'), join(folder.path, file));
  const { ended, errors, left, asked } = run('predict', 'predict', 'colors', ...files, '--threads', '1');
  const [end, printed] = await Promise.all([ended, errors()]);
  expect([end, printed]).toEqual([[0, null], expect.stringContaining(`${FILES} files at`)]);
  expect(readFileSync(join(folder.path, 'predictions-colors-1.csv'), 'utf8').trim().split('\n')).toHaveLength(
    FILES + 1,
  );
  expect({ left: left(), asked: asked() }).toEqual({ left: [], asked: [] });
});

test('and strace was there to see that', ({ skip }) => {
  skip(which('strace') === undefined, 'there is no strace on this machine: what is sent was not looked at');
  expect(which('strace')).toMatch(/strace$/);
});
