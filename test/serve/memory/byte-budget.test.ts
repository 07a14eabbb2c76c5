// What is promised of the memory of all requests: a limit that is reached and not passed, and garbage that is not kept.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createByteBudget } from '../../../serve/memory/byte-budget.ts';

const MiB = 1024 * 1024;

describe('bytes', () => {
  const refusal = expect.objectContaining({ status: 503 });

  test('of all requests together are within the limit, and count until they are given back', () => {
    const openMemory = createByteBudget(1000);
    const [one, two] = [openMemory(), openMemory()];
    one.reserve(400);
    two.reserve(500);
    two.reserve(100);
    expect(() => one.reserve(1)).toThrow(refusal);
    one.release();
    one.release();
    expect(() => two.reserve(401)).toThrow(refusal);
    two.reserve(400);
    two.release();
    openMemory().reserve(1000); // what was refused was not counted
  });

  test('of a buffer are as many as were asked for, and its memory serves the next request', () => {
    const openMemory = createByteBudget(1000);
    const one = openMemory();
    const buffer = one.buffer(9000);
    expect(buffer).toHaveLength(9000);
    expect(one.buffer(9000).buffer).not.toBe(buffer.buffer);
    one.release();
    const two = openMemory();
    expect([two.buffer(9000).buffer, two.buffer(9000).buffer]).toContain(buffer.buffer);
  });
});

describe('garbage of large bodies is collected half a second after there are 32 MiB of it', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function open() {
    const collect = vi.fn();
    const openMemory = createByteBudget(1e9, collect);
    const body = (bytes: number, pooled = 0) => {
      const memory = openMemory();
      memory.reserve(bytes);
      if (pooled > 0) memory.buffer(pooled);
      memory.release();
    };
    const after = (milliseconds: number) => {
      vi.advanceTimersByTime(milliseconds);
      return collect.mock.calls.length;
    };
    return { body, after };
  }

  test('once, however many follow, and again for as many', () => {
    const { body, after } = open();
    body(20 * MiB);
    expect(after(1000)).toBe(0);
    body(12 * MiB);
    expect(after(499)).toBe(0);
    body(50 * MiB);
    expect(after(1)).toBe(1);
    expect(after(5000)).toBe(1);
    body(31 * MiB);
    expect(after(1000)).toBe(1);
    body(2 * MiB);
    expect(after(500)).toBe(2);
  });

  test('but not that of small ones, nor what goes back to the pool', () => {
    const { body, after } = open();
    for (let i = 0; i < 64; i++) body(MiB);
    body(40 * MiB, 39 * MiB);
    expect(after(1000)).toBe(0);
    for (let i = 0; i < 32; i++) body(MiB + 1);
    expect(after(500)).toBe(1);
  });

  test('a second release of a request counts nothing', () => {
    const collect = vi.fn();
    const memory = createByteBudget(1e9, collect)();
    memory.reserve(20 * MiB);
    memory.release();
    memory.release();
    vi.advanceTimersByTime(1000);
    expect(collect).not.toHaveBeenCalled();
  });
});
