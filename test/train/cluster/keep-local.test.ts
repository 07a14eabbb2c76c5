// A port that is for this machine alone takes nothing from others, at whatever address its server listens.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { isLocal, keepLocal } from '../../../train/cluster/keep-local.ts';
import { connects, otherAddresses } from './connects.ts';

it.each(['::', '0.0.0.0', '127.0.0.1'])(
  'what listens at %s is reached from this machine alone',
  async (host) => {
    const server = createServer((socket) => socket.end()).listen(0, host);
    await once(server, 'listening');
    const { port } = Object(server.address());
    expect(keepLocal(port)).toBe(true);
    const hosts = ['127.0.0.1', ...(host === '::' ? ['::1'] : []), ...otherAddresses()];
    const reached = await Promise.all(hosts.map((each) => connects(port, each)));
    expect(hosts.filter((_, i) => reached[i])).toEqual(host === '::' ? ['127.0.0.1', '::1'] : ['127.0.0.1']);
    await once(server.close(), 'close');
    expect(keepLocal(port)).toBe(false);
  },
);

it.each([
  ['127.0.0.1:2222', true],
  ['127.1.2.3:2222', true],
  ['localhost:2222', true],
  ['[::1]:2222', true],
  ['[::2]:2222', false],
  ['10.0.0.1:2222', false],
  ['127.example.org:2222', false],
  ['host1:2222', false],
])('%s is of this machine alone: %s', (address, local) => {
  expect(isLocal(address)).toBe(local);
});
