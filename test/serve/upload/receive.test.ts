// What is promised of a body that arrives: all of it in order, no byte more than may be, and an end where it breaks off.
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { createByteBudget } from '../../../serve/memory/byte-budget.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { concatenate, receive, type Upload } from '../../../serve/upload/receive.ts';
import { within } from '../../turns.ts';

const upload = (stream: Readable, changes: Partial<Upload> = {}): Upload => ({
  ...{ stream, type: '', announced: undefined, limit: 1000 },
  memory: createByteBudget(1e9)(),
  ...changes,
});
const chunks = (...lengths: number[]) => lengths.map((length, i) => Buffer.alloc(length, i + 1));

/** Receives, and says what was taken and how it ended. */
async function received(given: Upload) {
  const taken: Buffer[] = [];
  const end = await within(
    50,
    receive(given, (chunk) => taken.push(chunk)).then(
      () => 'all',
      (error) => error,
    ),
  );
  return { end, bytes: Buffer.concat(taken) };
}

test('all chunks are taken, to the last byte that may be', async () => {
  const sent = chunks(300, 0, 699, 1);
  const begin = vi.fn();
  const stream = Readable.from(sent);
  const { end, bytes } = await received(upload(stream, { announced: 1000, begin }));
  expect([end, bytes.equals(Buffer.concat(sent)), begin.mock.calls.length]).toEqual(['all', true, 1]);
  expect(
    ['data', 'end', 'close'].map((event) =>
      stream.listeners(event).filter((one) => /length|stop/.test(String(one))),
    ),
  ).toEqual([[], [], []]);
});

describe('a body that is too long is refused', () => {
  test('when it says so, before it is asked for', async () => {
    const begin = vi.fn();
    const stream = Readable.from(chunks(1));
    const { end, bytes } = await received(upload(stream, { announced: 1001, begin }));
    expect(end).toMatchObject({ status: 413 });
    expect([bytes.length, begin.mock.calls.length, stream.readableFlowing]).toEqual([0, 0, null]);
  });

  test('at the first byte that is too many, and read no further', async () => {
    const stream = Readable.from(chunks(600, 401, 5));
    const { end, bytes } = await received(upload(stream));
    expect(end).toMatchObject({ status: 413 });
    expect([bytes.length, stream.isPaused()]).toEqual([600, true]);
  });

  test.each([
    [1024 * 1024, '1 MiB'],
    [1.2345 * 1024 * 1024, '1.23 MiB'],
  ])('in words: of %d bytes', async (limit, words) => {
    const { end } = await received(upload(Readable.from([]), { announced: 1e9, limit }));
    expect(String(end)).toContain(`the body is longer than ${words}, which is the limit`);
  });
});

describe('a body that breaks off is 400, with the bytes that came', () => {
  test.each([
    ['its connection is closed', undefined],
    ['its connection fails', new Error('ECONNRESET')],
  ])('where %s', async (_, error) => {
    const stream = new PassThrough();
    stream.write(Buffer.alloc(7));
    setImmediate(() => setImmediate(() => stream.destroy(error)));
    const { end } = await received(upload(stream));
    expect(end).toMatchObject({
      status: 400,
      message: 'the body ended after 7 bytes, before it was complete',
    });
  });
});

test('what takes the chunks, or counts their memory, may end it', async () => {
  const stream = Readable.from(chunks(1, 2, 3));
  const taken: number[] = [];
  const ended = receive(upload(stream), ({ length }) => {
    taken.push(length);
    if (length === 2) throw new Error('enough');
  });
  await expect(within(50, ended)).rejects.toThrow('enough');
  await new Promise(setImmediate);
  expect([taken, stream.isPaused()]).toEqual([[1, 2], true]);

  const { end, bytes } = await received(
    upload(Readable.from(chunks(4, 5)), { memory: createByteBudget(8)() }),
  );
  expect(end).toBeInstanceOf(Refusal);
  expect([end.status, bytes.length]).toEqual([503, 4]);
});

test('chunks are joined, and one alone is not copied', () => {
  const [one = Buffer.of(), two = Buffer.of()] = chunks(3, 4);
  expect(concatenate([one])).toBe(one);
  expect([...concatenate([one, two])]).toEqual([1, 1, 1, 2, 2, 2, 2]);
  expect(concatenate([])).toHaveLength(0);
});
