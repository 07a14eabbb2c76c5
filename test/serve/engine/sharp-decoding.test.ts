// What is promised of decoding by sharp: no more pixels at the same time than allowed, and each failure observed once.
import { expect, test } from 'vitest';
import { createSharpDecoding } from '../../../serve/engine/sharp-decoding.ts';
import { Refusal } from '../../../serve/refusal.ts';
import { createCosts } from '../../../serve/sessions/cost.ts';

const name = { name: 'colors', version: 1 };
const picture = { data: new Uint8Array(300), width: 10, height: 10, channels: 3 } as const;

function open({ full = false, decode = async () => picture as typeof picture } = {}) {
  const failures: string[] = [];
  const decoding = createSharpDecoding({
    decodeFile: decode,
    decodedPixels: 200,
    costs: createCosts(),
    admit: () => (full ? new Refusal(503, 'full') : undefined),
    onFailed: (_, failure) => void failures.push(failure),
  });
  const request = (gone = false) => ({ name, key: 'k', gone: () => gone });
  return { decoding, failures, request };
}

const header = { format: 'GIF', width: 10, height: 10, orientation: 1 } as const;
const file = { bytes: Uint8Array.of(1), header };

test('pixels count as held until they are used: a third picture waits for the first two', async () => {
  const { decoding, request } = open();
  const finish: (() => void)[] = [];
  const use = () => new Promise<void>((resolve) => finish.push(resolve));
  const all = [1, 2, 3].map(() => decoding.decode(file, request(), use));
  await expect.poll(() => finish.length).toBe(2);
  await new Promise(setImmediate);
  expect(finish.length).toBe(2);
  expect(decoding.cost).toBeGreaterThan(0);
  finish[0]?.();
  await expect.poll(() => finish.length).toBe(3);
  expect(decoding.cost).toBe(0);
  for (const end of finish) end();
  await Promise.all(all);
});

test('small pictures pass large ones, which hold all the pixels there may be', async () => {
  const { decoding, request } = open();
  const finish: (() => void)[] = [];
  const use = () => new Promise<void>((resolve) => finish.push(resolve));
  const large = { ...file, header: { ...header, width: 7000, height: 7000 } };
  const slow = [1, 2].map(() => decoding.decode(large, request(), use));
  await expect.poll(() => finish.length).toBe(1);
  expect(decoding.quickCost).toBe(0);
  expect(await decoding.decode(file, request(), async () => 'small')).toBe('small');
  expect(finish.length).toBe(1);
  finish[0]?.();
  await expect.poll(() => finish.length).toBe(2);
  finish[1]?.();
  await Promise.all(slow);
});

test('a decoded picture has the time that it took, and the cost that is left', async () => {
  const { decoding, request } = open();
  const before = performance.now();
  const decoded = await decoding.decode(file, request(), async (decoded) => decoded);
  expect(decoded.picture).toBe(picture);
  expect(decoded.start).toBeGreaterThanOrEqual(before);
  expect(decoded.spent).toBeGreaterThanOrEqual(0);
  expect(decoded.cost).toBeCloseTo(1.05, 2); // the least of a picture, and of a run
});

test.each([
  ['a full queue', { full: true }, false, 503, []], // which admission observes
  ['a client that has gone', {}, true, 408, ['gone']],
  ['damage', { decode: () => Promise.reject(new Refusal(422, 'damaged')) }, false, 422, ['refused']],
])('%s is refused, and leaves no cost behind', async (_, options, gone, status, expected) => {
  const { decoding, failures, request } = open(options);
  await expect(decoding.decode(file, request(gone), async () => 'used')).rejects.toMatchObject({ status });
  expect([decoding.cost, failures]).toEqual([0, expected]);
});
