// What is promised to a client that has its answer and goes on sending: it may finish, but not forever.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { createRequestDrain } from '../../../serve/http/drain-request.ts';

const KiB = 1024;

/**
 * Sends `sent` bytes of a body of 1 GB to a server that answers at once, and then nothing.
 * @returns what the server sent until it closed the connection.
 */
async function sendUntilCut(sent: number, most: number, patience: number): Promise<string> {
  const drainRest = createRequestDrain(most, patience);
  const server = createServer((request, response) => {
    drainRest(request, response);
    response.end('the answer');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {}); // cut while it sends
  let received = '';
  socket.setEncoding('latin1').on('data', (text) => {
    received += text;
  });
  const cut = once(socket, 'close').catch(() => {});
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
  await once(socket, 'data');
  socket.write(Buffer.alloc(sent));
  await cut;
  server.close();
  return received;
}

test.each([
  ['sends nothing more', 0, 64 * KiB, 50],
  ['sends more than it may', 512 * KiB, 64 * KiB, 600_000],
])('a client that %s has its response, and is disconnected', async (_, sent, most, patience) => {
  expect(await sendUntilCut(sent, most, patience)).toMatch(/^HTTP\/1\.1 200 .*the answer/s);
});

test.each(['close', 'keep-alive'])(
  'a client that asks for "Connection: %s" may finish',
  async (connection) => {
    const drainRest = createRequestDrain();
    const server = createServer((request, response) => {
      drainRest(request, response);
      response.end('the answer');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {}); // which a write tells of as well
    let received = '';
    socket.setEncoding('latin1').on('data', (text) => {
      received += text;
    });
    const length = 64 * 64 * KiB;
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Length: ${length}\r\n\r\n`,
    );
    await once(socket, 'data');
    for (let sent = 0; sent < length; sent += 64 * KiB) {
      // Rejects when the connection was cut.
      await new Promise<void>((resolve, reject) =>
        socket.write(Buffer.alloc(64 * KiB), (error) => (error ? reject(error) : resolve())),
      );
    }
    const closed = once(socket, 'close');
    socket.end();
    await closed;
    expect(received).toMatch(/^HTTP\/1\.1 200 .*the answer/s);
    server.close();
  },
);
