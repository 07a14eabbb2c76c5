// The schedules are those that fastai publishes.
import { describe, expect, it } from 'vitest';
import { scheduleAt, scheduleSchema } from '../../train/schedule.ts';

/**
 * fastai's fit_one_cycle (fastai/callback/schedule.py, 2.7): combined_cos(pct_start=0.25, lr_max / 25, lr_max,
 * lr_max / 1e5), momentum (0.95, 0.85, 0.95), each leg `start + (1 + cos(pi * (1 - position))) * (end - start) / 2`.
 */
function fastai(position: number, learningRate: number) {
  const leg = (from: number, to: number, share: number) =>
    from + ((1 + Math.cos(Math.PI * (1 - share))) * (to - from)) / 2;
  const share = position < 0.25 ? position / 0.25 : (position - 0.25) / 0.75;
  return position < 0.25
    ? { learningRate: leg(learningRate / 25, learningRate, share), momentum: leg(0.95, 0.85, share) }
    : { learningRate: leg(learningRate, learningRate / 1e5, share), momentum: leg(0.85, 0.95, share) };
}

describe('one-cycle', () => {
  const schedule = scheduleSchema.parse({ name: 'one-cycle', learningRate: 0.01 });

  it.each([0, 0.1, 0.2499, 0.25, 0.5, 0.75, 0.999])('is fastai’s at %f', (position) => {
    const [ours, theirs] = [scheduleAt(schedule, position), fastai(position, 0.01)];
    expect(ours.learningRate).toBeCloseTo(theirs.learningRate, 15);
    expect(ours.momentum).toBeCloseTo(theirs.momentum, 15);
  });

  it('has its landmarks', () => {
    expect(scheduleAt(schedule, 0)).toEqual({ learningRate: 0.01 / 25, momentum: 0.95 });
    expect(scheduleAt(schedule, 0.25)).toEqual({ learningRate: 0.01, momentum: 0.85 });
  });
});

describe('constant', () => {
  it('stays', () => {
    const schedule = scheduleSchema.parse({ name: 'constant', learningRate: 0.1, momentum: 0.8 });
    expect(scheduleAt(schedule, 0.7)).toMatchObject({ learningRate: 0.1, momentum: 0.8 });
  });
});
