// The schedules are those that fastai, PyTorch and airbench publish.
import { describe, expect, it } from 'vitest';
import { scheduleAt, scheduleSchema } from '../../../train/optimizers/schedules/index.ts';
import { reference } from '../torch/example.ts';

const at = (schedule: Parameters<typeof scheduleSchema.parse>[0], done: number) =>
  scheduleAt(scheduleSchema.parse(schedule), done);

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
  const schedule = { name: 'one-cycle', learningRate: 0.01 };

  it.each([0, 0.1, 0.2499, 0.25, 0.5, 0.75, 0.999])('is fastai’s at %f', (position) => {
    const [ours, theirs] = [at(schedule, position), fastai(position, 0.01)];
    expect(ours.learningRate).toBeCloseTo(theirs.learningRate, 15);
    expect(ours.momentum).toBeCloseTo(theirs.momentum, 15);
  });

  it('has its landmarks', () => {
    expect(at(schedule, 0)).toEqual({ learningRate: 0.01 / 25, momentum: 0.95 });
    expect(at(schedule, 0.25)).toEqual({ learningRate: 0.01, momentum: 0.85 });
  });
});

describe('what fastai’s own tests expect (nbs/14_callback.schedule.ipynb, to five digits)', () => {
  it('combined_cos(0.25, 0.5, 1, 0) is one-cycle', () => {
    const schedule = {
      name: 'one-cycle',
      learningRate: 1,
      warmUp: 0.25,
      divide: 2,
      divideFinal: 1e12,
    };
    const rates = [0, 0.1, 0.25, 0.5, 1].map((done) => at(schedule, done).learningRate);
    expectEach(rates, [0.5, 0.67275, 1, 0.75, 0], 5e-6);
  });

  it('linear to 0.3, flat to 0.5, then a cosine is flat-cosine with warm-up', () => {
    const schedule = { name: 'flat-cosine', learningRate: 1, warmUp: 0.3, flat: 0.5, end: 0 };
    const rates = [0, 0.15, 0.3, 0.4, 0.5, 0.7, 1].map((done) => at(schedule, done).learningRate);
    expectEach(rates, [0, 0.5, 1, 1, 1, 0.65451, 0], 5e-6);
  });

  it('fit_flat_cos is combined_cos(0.75, lr, lr, lr / 1e5): flat-cosine as it is by default', () => {
    const schedule = { name: 'flat-cosine', learningRate: 2 };
    const rates = [0, 0.5, 0.75, 0.875, 1].map((done) => at(schedule, done).learningRate);
    expectEach(rates, [2, 2, 2, 1.00001, 2e-5], 1e-15);
  });
});

/** What reference.py asked of torch.optim.lr_scheduler: 20 steps with a peak of 0.1, rows of rate and momentum. */
describe('against torch.optim.lr_scheduler', () => {
  const peak = { learningRate: 0.1 };
  const warmUp = { warmUp: 5 / 20, start: 0.1 };
  // The last of OneCycleLR's 21 steps is at its end, and its peak one step before pct_start says.
  const torchCycle = { warmUp: (0.25 * 21 - 1) / 20, divide: 25, divideFinal: 25e3 };
  it.each([
    ['step', { name: 'step', ...peak, at: [0.5, 0.75], gamma: 0.2 }],
    ['cosine', { name: 'cosine', ...peak, end: 0.01 }],
    ['warm-up-constant', { name: 'constant', ...peak, ...warmUp }],
    ['warm-up-cosine', { name: 'cosine', ...peak, ...warmUp }],
    ['one-cycle', { name: 'one-cycle', ...peak, ...torchCycle }],
  ])('%s', (name, schedule) => {
    const rows = Array.from({ length: 20 }, (_, step) => at(schedule, step / 20));
    const expected = reference(`schedule/${name}`);
    // The reference is float32: half its step, 6e-8 of the value.
    for (const [step, { learningRate, momentum }] of rows.entries()) {
      expectEach([learningRate], [expected[2 * step] ?? Number.NaN], 1e-8);
      expectEach([momentum], [expected[2 * step + 1] ?? Number.NaN], 6e-8);
    }
  });
});

describe('triangle', () => {
  // airbench94.py: interpolation between (0, 0.2), (int(0.23 * steps), 1) and (steps, 0.07).
  it('is airbench94’s by default', () => {
    const [steps, peak] = [100, 23];
    const expected = (step: number) =>
      step < peak ? 0.2 + (0.8 / peak) * step : 1 - (0.93 / (steps - peak)) * (step - peak);
    for (let step = 0; step < steps; step++) {
      const { learningRate, momentum } = at(
        { name: 'triangle', learningRate: 1, momentum: 0.85 },
        step / steps,
      );
      expectEach([learningRate], [expected(step)], 1e-14);
      expect(momentum).toBe(0.85);
    }
  });
});

describe('constant and step', () => {
  it('constant stays', () => {
    const schedule = { name: 'constant', learningRate: 0.1, momentum: 0.8 };
    for (const done of [0, 0.7, 0.999])
      expect(at(schedule, done)).toEqual({ learningRate: 0.1, momentum: 0.8 });
  });

  it('step drops at shares of the whole training, warmed up or not', () => {
    const rates = [0, 0.1, 0.2, 0.499, 0.5, 0.749, 0.75, 0.99].map(
      (done) => at({ name: 'step', learningRate: 1, warmUp: 0.2 }, done).learningRate,
    );
    expectEach(rates, [0, 0.5, 1, 1, 0.1, 0.1, 0.01, 0.01], 1e-15);
  });

  it('refuses what is no schedule', () => {
    expect(() => at({ name: 'step', learningRate: 1, at: [50] }, 0)).toThrow(/at/);
    expect(() => at({ name: 'cosine', learningRate: 1, divide: 25 }, 0)).toThrow(/divide/);
  });
});

/** Each value is within `tolerance` of its counterpart. */
function expectEach(received: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(received.length).toBe(expected.length);
  for (const [i, value] of received.entries())
    expect(Math.abs(value - (expected[i] ?? Number.NaN)), `value ${i}: ${value}`).toBeLessThanOrEqual(
      tolerance,
    );
}
