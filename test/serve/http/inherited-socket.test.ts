// What is promised of a socket that the service manager has opened: the server takes it, and answers what waited there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inheritedSocket } from '../../../serve/http/inherited-socket.ts';
import { freePort, listening, program } from '../../listening.ts';
import { colors, fillRepository, temporaryFolder } from '../harness.ts';

/** systemd's own, which opens the socket, waits for a connection and becomes the server. */
const ACTIVATE = '/usr/bin/systemd-socket-activate';

test('the first request of a socket of systemd starts the server and is answered', async ({ skip }) => {
  skip(!existsSync(ACTIVATE), `there is no ${ACTIVATE}`);
  const folder = await temporaryFolder();
  await fillRepository(folder.path, [colors]);
  const port = await freePort();
  // Another port than --port, which is not used.
  const server = [process.execPath, program, 'serve', '--port', '1', '--repository', folder.path];
  const child = spawn(ACTIVATE, ['--listen', `127.0.0.1:${port}`, ...server], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit');
  try {
    const told = listening(child);
    await once(child.stderr, 'data'); // it listens
    const first = fetch(`http://127.0.0.1:${port}/healthz`);
    first.catch(() => {}); // it waits for ever where the server listens elsewhere
    expect((await told).url).toBe(`http://127.0.0.1:${port}`);
    expect(await (await first).json()).toEqual({ status: 'ok' });
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
    await folder.remove();
  }
});

test('a socket is for the process that it was opened for, and there is one', () => {
  const given = { LISTEN_PID: '7', LISTEN_FDS: '1' };
  expect(inheritedSocket(given, 7)).toBe(3);
  expect(inheritedSocket(given, 8)).toBeUndefined();
  expect(inheritedSocket({}, 7)).toBeUndefined();
  expect(inheritedSocket({ ...given, LISTEN_FDS: '0' }, 7)).toBeUndefined();
  expect(() => inheritedSocket({ ...given, LISTEN_FDS: '2' }, 7)).toThrow(
    'LISTEN_FDS: received "2" sockets of the service manager, expected 1',
  );
});
