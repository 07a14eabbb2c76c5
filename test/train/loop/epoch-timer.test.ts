// The time of an epoch: the steps alone give the images per second, the evaluation counts in its seconds.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Loader } from '../../../train/loader/index.ts';
import { createEpochTimer } from '../../../train/loop/epoch-timer.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function loader(): Loader & { wait(milliseconds: number): void } {
  let waited = 0;
  return {
    stepsPerEpoch: 10,
    next: () => {
      throw new Error('not used');
    },
    waitedMs: () => waited,
    close: async () => {},
    wait(milliseconds) {
      waited += milliseconds;
      vi.advanceTimersByTime(milliseconds);
    },
  };
}

describe('the timer of epochs', () => {
  it('counts steps, waiting and evaluation apart, from one epoch to the next', () => {
    const timer = createEpochTimer(32, 5);
    const first = loader();
    first.wait(1000);
    vi.advanceTimersByTime(3000);
    timer.stepsDone();
    vi.advanceTimersByTime(500);
    expect(timer.epochDone(15, first)).toEqual({ seconds: 4.5, imagesPerSecond: 80, waitedShare: 0.25 });

    // What a watcher does between two epochs counts for neither.
    vi.advanceTimersByTime(7000);
    timer.nextEpoch(15, first);
    first.wait(200);
    vi.advanceTimersByTime(1800);
    timer.stepsDone();
    expect(timer.epochDone(25, first)).toEqual({ seconds: 2, imagesPerSecond: 160, waitedShare: 0.1 });
  });

  it('starts again with the loader of another stage', () => {
    const timer = createEpochTimer(32, 0);
    const [first, second] = [loader(), loader()];
    first.wait(4000);
    timer.stepsDone();
    timer.nextEpoch(10, first);
    second.wait(500);
    vi.advanceTimersByTime(500);
    timer.stepsDone();
    expect(timer.epochDone(20, second).waitedShare).toBe(0.5);
  });
});
