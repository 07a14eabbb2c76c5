// Addresses of Ray clusters, and that one where nothing listens is said at once.
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { checkRayAnswers, isRayAddress } from '../../setup/libraries/ray-cluster.mjs';

it('takes names, addresses of both kinds, and a port', () => {
  const right = ['ray://head:10001', 'ray://127.0.0.1:1', 'ray://[::1]:10001', 'ray://h.example.com:80'];
  expect(right.filter((text) => !isRayAddress(text))).toEqual([]);
  const wrong = [
    '',
    'local',
    'head:10001',
    'ray://head',
    'ray://:1',
    'http://head:1',
    'ray://a/b:1',
    'ray://::1:1',
  ];
  expect(wrong.filter(isRayAddress)).toEqual([]);
});

it.each(['127.0.0.1', '[::1]'])('knows whether anything listens at %s', async (host) => {
  const server = createServer((socket) => socket.end());
  const port = await new Promise<number>((resolve) => {
    server.listen(0, host.replace(/[[\]]/g, ''), () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const address = `ray://${host}:${port}`;
  await expect(checkRayAnswers(address)).resolves.toBeUndefined();
  await new Promise((resolve) => server.close(resolve));
  await expect(checkRayAnswers(address)).rejects.toThrow(
    `Nothing answers at ${address} (connect ECONNREFUSED ${host.replace(/[[\]]/g, '')}:${port}). The head of the cluster listens there after: ray start --head --ray-client-server-port ${port}`,
  );
});

it('says it of a name with several addresses too', async () => {
  await expect(checkRayAnswers('ray://localhost:1')).rejects.toThrow(
    /at ray:\/\/localhost:1 \(.*ECONNREFUSED.*\)/,
  );
});
