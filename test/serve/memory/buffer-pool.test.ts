// What is promised of the memory of bodies: nobody gets a buffer that another still reads, and buffers are reused.
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { waitForAll } from '../../../serve/http/respond.ts';
import { createBufferPool, isPooled } from '../../../serve/memory/buffer-pool.ts';
import { createByteBudget, type RequestMemory } from '../../../serve/memory/byte-budget.ts';
import { openFreeBuffers } from '../../../serve/memory/free-buffers.ts';
import { readBody } from '../../../serve/upload/body.ts';

const read = (memory: RequestMemory, byte: number, length: number) => {
  const chunks = [Buffer.alloc(1000, byte), Buffer.alloc(length - 1000, byte)];
  return readBody({
    stream: Readable.from(chunks),
    type: '',
    announced: undefined,
    limit: 1e9,
    memory,
  });
};

// Compared by `equals`: `toEqual` takes seconds for a hundred kilobytes.
test.each([1001, 4096, 100_000, 1024 * 1024, 1024 * 1024 + 1])('bodies of %i bytes', async (length) => {
  const openMemory = createByteBudget(1e9);
  const [first, second] = [openMemory(), openMemory()];
  const [one, two] = [await read(first, 1, length), await read(second, 2, length)];
  expect(one.equals(Buffer.alloc(length, 1))).toBe(true);
  first.release();
  first.release();
  const [three, four] = [await read(openMemory(), 3, length), await read(openMemory(), 4, length)];
  expect(two.equals(Buffer.alloc(length, 2))).toBe(true);
  expect(three.equals(Buffer.alloc(length, 3))).toBe(true);
  expect(four.equals(Buffer.alloc(length, 4))).toBe(true);
});

test('a buffer that was given back is reused, for bodies of about its size, and the pool keeps no more than its limit', () => {
  const pool = createBufferPool(200_000);
  const buffer = pool.take(90_000);
  pool.giveBack(buffer);
  const used = [20_000, 100_000, 80_000].map((bytes) => pool.take(bytes) === buffer);
  expect(used).toEqual([false, false, true]);
  const others = [pool.take(90_000), pool.take(90_000)];
  for (const one of [buffer, ...others]) pool.giveBack(one);
  const again = [1, 2, 3].map(() => [buffer, ...others].indexOf(pool.take(90_000)));
  expect(again).toEqual([2, 1, -1]);
});

test('buffers come in steps of 32 KiB, and serve bodies that are not much smaller', () => {
  const KiB = 1024;
  const pool = createBufferPool();
  expect([1, 32 * KiB, 32 * KiB + 1].map((bytes) => pool.take(bytes).length)).toEqual([
    32 * KiB,
    32 * KiB,
    64 * KiB,
  ]);
  const buffer = pool.take(96 * KiB);
  // Twice the body and a step at most.
  for (const [bytes, reused] of [
    [32 * KiB - 1, false],
    [32 * KiB, true],
    [96 * KiB, true],
    [96 * KiB + 1, false],
  ] as const) {
    pool.giveBack(buffer);
    expect(pool.take(bytes) === buffer, `${bytes} bytes`).toBe(reused);
    if (!reused) expect(pool.take(96 * KiB)).toBe(buffer);
  }
});

test('the pool keeps 16 MiB, to the last byte', () => {
  const pool = createBufferPool();
  const buffers: Buffer[] = Array.from({ length: 34 }, () => Buffer.allocUnsafeSlow(1024 * 1024));
  for (const buffer of buffers) pool.giveBack(buffer);
  const again = buffers.map(() => buffers.indexOf(pool.take(1024 * 1024)));
  // The last 16 that were given back, the last of them first.
  expect(again).toEqual(buffers.map((_, i) => (i < 16 ? 33 - i : -1)));
  expect([4095, 4096, 1024 * 1024, 1024 * 1024 + 1].map(isPooled)).toEqual([false, true, true, false]);
});

test('parts that share a body are all waited for when one of them fails', async () => {
  let over = false;
  const slow = new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => {
    over = true;
  });
  await expect(waitForAll([Promise.reject(new Error('damaged')), slow])).rejects.toThrow('damaged');
  expect(over).toBe(true);
});

test('buffers are freed at once, except for views of larger ones', async () => {
  const free = openFreeBuffers();
  await new Promise((resolve) => setTimeout(resolve, 50)); // until its port is closed, at the next turn, it holds what it gets
  const before = process.memoryUsage().arrayBuffers;
  const [whole, more] = [Buffer.alloc(64 * 1024 * 1024), Buffer.alloc(64 * 1024 * 1024, 7)];
  const part = more.subarray(1000);
  free([whole, part]);
  expect([whole.length, part.length, part[0]]).toEqual([0, more.length - 1000, 7]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(65 * 1024 * 1024);
});

test('a body that comes in pieces is whole', async () => {
  const server = createServer(async (request, response) => {
    const memory = createByteBudget(1e9)();
    const body = await readBody({
      stream: request,
      type: '',
      announced: undefined,
      limit: 1e9,
      memory,
    });
    response.end(createHash('sha256').update(body).digest('hex'));
    memory.release();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const pieces = [100, 5_000, 70_000, 300_000].map((length) => randomBytes(length));
  const expected = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
  for (let i = 0; i < 3; i++) {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      body: Readable.toWeb(Readable.from(pieces)) as ReadableStream,
      duplex: 'half',
    } as RequestInit);
    expect(await response.text()).toBe(expected);
  }
  server.close();
});

test('the chunks of a body that is too long are freed, also while its client stays connected', async () => {
  const MiB = 1024 * 1024;
  const openMemory = createByteBudget(1e9);
  const server = createServer(async (request, response) => {
    const memory = openMemory();
    const upload = { stream: request, type: '', announced: undefined, limit: 64 * MiB, memory };
    response.end(await readBody(upload).then(String, String));
    memory.release();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const before = process.memoryUsage().arrayBuffers;
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const answered = once(socket, 'data');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n');
  const piece = Buffer.alloc(MiB);
  for (let i = 0; i < 65; i++) await new Promise((resolve) => socket.write(piece, resolve));
  expect(String(await answered)).toContain('longer than 64 MiB');
  await expect
    .poll(() => process.memoryUsage().arrayBuffers - before, { timeout: 20_000 })
    .toBeLessThan(8 * MiB);
  socket.destroy();
  server.close();
});
