// What is promised of timers: work of one turn is done once, and an idle server has no timer.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { oncePerTurn } from '../../../serve/engine/once-per-turn.ts';
import { sayWhileWaiting } from '../../../serve/engine/say-while-waiting.ts';
import { createSweeper } from '../../../serve/engine/sweeper.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a function runs once per turn, and again in the next', () => {
  const run = vi.fn();
  const schedule = oncePerTurn(run);
  for (let i = 0; i < 10; i++) schedule();
  expect([run.mock.calls.length, vi.getTimerCount()]).toEqual([0, 1]);
  vi.runAllTimers();
  expect(run).toHaveBeenCalledTimes(1);
  schedule();
  vi.runAllTimers();
  expect(run).toHaveBeenCalledTimes(2);
});

test('what schedules itself while it runs runs again', () => {
  let left = 3;
  const schedule = oncePerTurn(() => {
    if (--left > 0) schedule();
  });
  schedule();
  vi.runAllTimers();
  expect(left).toBe(0);
});

test('the sweeper runs while there is work, with one timer, and starts again', () => {
  let busy = true;
  const sweep = vi.fn(() => busy);
  const sweeper = createSweeper(100, sweep);
  sweeper.start();
  sweeper.start();
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(350);
  expect(sweep).toHaveBeenCalledTimes(3);
  busy = false;
  vi.advanceTimersByTime(100);
  expect(vi.getTimerCount()).toBe(0);
  sweeper.start();
  expect(vi.getTimerCount()).toBe(1);
  sweeper.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('what is waited for is named every half a minute, and no more when it came', async () => {
  const said: string[] = [];
  let come = (_: string) => {};
  const work = new Promise<string>((resolve) => {
    come = resolve;
  });
  const waiting = sayWhileWaiting(work, 'opening digits/1', (line) => said.push(line));
  vi.advanceTimersByTime(70_000);
  come('open');
  expect(await waiting).toBe('open');
  vi.advanceTimersByTime(70_000);
  expect(said).toEqual([30, 60].map((seconds) => `opening digits/1 is waited for, since ${seconds} s`));
});
