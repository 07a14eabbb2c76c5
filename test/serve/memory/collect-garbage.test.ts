// What is promised of memory after large work: garbage is collected at once, and returned to the system when it is quiet.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openGarbageCollector } from '../../../serve/memory/collect-garbage.ts';

const { load, trim } = vi.hoisted(() => ({ load: vi.fn(), trim: vi.fn() }));
vi.mock('koffi', () => ({ default: { load } }));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  load.mockReset().mockReturnValue({ func: (signature: string) => (pad: number) => trim(signature, pad) });
  trim.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('garbage is collected at once', async () => {
  const collect = openGarbageCollector();
  const reference = new WeakRef({ large: true });
  await new Promise(setImmediate); // until then, what was just made is kept
  collect();
  expect(reference.deref()).toBeUndefined();
});

test('the C library returns its memory a second after the last work, by one call', async () => {
  const collect = openGarbageCollector();
  collect();
  await vi.advanceTimersByTimeAsync(900);
  collect();
  await vi.advanceTimersByTimeAsync(999);
  expect(trim).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  // malloc_trim(3): all of it, but for no bytes at the top.
  expect(trim.mock.calls).toEqual([['int malloc_trim(size_t pad)', 0]]);
  expect(load.mock.calls).toEqual([['libc.so.6']]);
  collect();
  await vi.advanceTimersByTimeAsync(1000);
  expect([trim.mock.calls.length, load.mock.calls.length]).toEqual([2, 1]);
});

test('where there is no such library, nothing is returned, and nothing fails', async () => {
  load.mockImplementation(() => {
    throw new Error('libc.so.6: cannot open shared object file');
  });
  const collect = openGarbageCollector();
  collect();
  await vi.advanceTimersByTimeAsync(1000);
  expect(trim).not.toHaveBeenCalled();
});

test('it is not looked for on other systems', async () => {
  const { platform } = process;
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  try {
    const collect = openGarbageCollector();
    collect();
    await vi.advanceTimersByTimeAsync(1000);
    expect(load).not.toHaveBeenCalled();
  } finally {
    Object.defineProperty(process, 'platform', { value: platform });
  }
});
