// A promise with values on the way: the work waits for a loop, and nothing is lost or said twice.
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { iterablePromise, type Work } from '../../../train/library/iterable-promise.ts';

const unhandled = vi.fn();
beforeEach(() => void process.on('unhandledRejection', unhandled));
afterEach(async () => {
  for (let i = 0; i < 3; i++) await setImmediate();
  process.off('unhandledRejection', unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  unhandled.mockReset();
});

/** Gives 1 to `n`, and then how many it gave; stops where it is aborted. */
const counting =
  (n: number, log: string[] = []): Work<number, number> =>
  async (give, signal) => {
    let given = 0;
    while (given < n && !signal.aborted) {
      await setImmediate();
      log.push(`give ${given + 1}`);
      await give(++given);
    }
    log.push(`end ${given}`);
    return given;
  };

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe('iterablePromise', () => {
  it('gives the end to await, every value to a loop, and to a loop that comes late', async () => {
    const work = iterablePromise(counting(3), undefined);
    expect(work).toBeInstanceOf(Promise);
    expect(await work).toBe(3);
    expect(await all(work)).toEqual([1, 2, 3]);
    expect(await all(iterablePromise(counting(3), undefined))).toEqual([1, 2, 3]);
  });

  it('works on only when the loop asks for the next value, each of two loops', async () => {
    const log: string[] = [];
    const work = iterablePromise(counting(3, log), undefined);
    const loop = async (name: string, turns: number) => {
      for await (const value of work) {
        log.push(`${name} ${value}`);
        for (let i = 0; i < turns; i++) await setImmediate();
        log.push(`${name} ${value} done`);
      }
    };
    await Promise.all([loop('a', 1), loop('b', 20)]);
    const rest = log.filter((line) => !line.startsWith('a'));
    const round = (i: number) => [`give ${i}`, `b ${i}`, `b ${i} done`];
    expect(rest).toEqual([...round(1), ...round(2), ...round(3), 'end 3']);
  });

  it('is aborted by leaving the loop, which waits until it has ended', async () => {
    const log: string[] = [];
    const work = iterablePromise(counting(100, log), undefined);
    for await (const value of work) if (value === 2) break;
    expect(log.at(-1)).toBe('end 2');
    expect(await work).toBe(2);
  });

  it('is aborted by its signal, and by an error in the loop, which is the one that is thrown', async () => {
    const abort = new AbortController();
    const work = iterablePromise(counting(100), abort.signal);
    for await (const value of work) if (value === 3) abort.abort();
    expect(await work).toBe(3);
    const other = iterablePromise(counting(100), undefined);
    const failing = async () => {
      for await (const value of other) if (value === 2) throw new Error('of the loop');
    };
    await expect(failing()).rejects.toThrow('of the loop');
    expect(await other).toBe(2);
  });

  it('tells a loop of a failure after the values before it; nobody needs to await as well', async () => {
    const work = iterablePromise<number, never>(async (give) => {
      await give(1);
      throw new Error('of the work');
    }, undefined);
    const found: number[] = [];
    const loop = async () => {
      for await (const value of work) found.push(value);
    };
    await expect(loop()).rejects.toThrow('of the work');
    expect(found).toEqual([1]);
  });
});
