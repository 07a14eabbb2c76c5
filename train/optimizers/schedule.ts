// Learning rate and momentum as functions of the share of training that is done.
import { z } from 'zod';

/** The highest learning rate. */
const learningRate = z.number().positive();
const momentum = z.number().min(0).lt(1).default(0.9);
const share = z.number().min(0).max(1);

/** Linear warm-up before the schedule proper: over the share `warmUp` of the steps, from the share `start` of the peak. */
const warming = { warmUp: z.number().min(0).lt(1).default(0), start: share.default(0) };

export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), learningRate, momentum, ...warming }),
  z.strictObject({
    name: z.literal('step'),
    learningRate,
    momentum,
    ...warming,
    /** Shares of the steps at which the learning rate is multiplied by `gamma`. */
    at: z.array(share).min(1).default([0.5, 0.75]),
    gamma: z.number().gt(0).lt(1).default(0.1),
  }),
  z.strictObject({
    name: z.literal('cosine'),
    learningRate,
    momentum,
    ...warming,
    /** Share of the peak that is left at the end. */
    end: share.default(0),
  }),
  z.strictObject({
    name: z.literal('flat-cosine'),
    learningRate,
    momentum,
    ...warming,
    /** Share of the steps at which the cosine begins. */
    flat: z.number().min(0).lt(1).default(0.75),
    end: share.default(1e-5),
  }),
  z.strictObject({
    name: z.literal('triangle'),
    learningRate,
    momentum,
    warmUp: z.number().gt(0).lt(1).default(0.23),
    start: share.default(0.2),
    end: share.default(0.07),
  }),
  z.strictObject({
    name: z.literal('one-cycle'),
    learningRate,
    /** Share of the steps that warms up. */
    warmUp: z.number().gt(0).lt(1).default(0.25),
    /** The first learning rate is the peak divided by this, the last one the peak divided by `divideFinal`. */
    divide: z.number().positive().default(25),
    divideFinal: z.number().positive().default(1e5),
    momentum: z.tuple([z.number(), z.number(), z.number()]).default([0.95, 0.85, 0.95]),
  }),
]);

export type ScheduleOptions = z.output<typeof scheduleSchema>;

export interface Scheduled {
  learningRate: number;
  momentum: number;
}

/**
 * Learning rate and momentum of one step.
 * @param done - Share of the steps that lie behind, 0 <= done < 1.
 *
 * warm-up: Goyal et al. 2017, https://arxiv.org/abs/1706.02677, section 2.2; shares are of the whole training.
 * step: as in He et al. 2015, https://arxiv.org/abs/1512.03385, section 3.4.
 * cosine: Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, equation 5, without restarts.
 * flat-cosine: fastai's `fit_flat_cos`. triangle: airbench94's, https://arxiv.org/abs/2404.00498.
 * one-cycle: Smith 2018, https://arxiv.org/abs/1803.09820, with fastai's cosine legs and constants (`fit_one_cycle`).
 */
export function scheduleAt(schedule: ScheduleOptions, done: number): Scheduled {
  if (schedule.name === 'one-cycle') return oneCycle(schedule, done);
  const { learningRate: peak, momentum: constant, warmUp, start } = schedule;
  const factor = done < warmUp ? linear(start, 1, done / warmUp) : mainFactor(schedule, done);
  return { learningRate: peak * factor, momentum: constant };
}

type ByName<Name> = Extract<ScheduleOptions, { name: Name }>;

/** Share of the peak after the warm-up. */
function mainFactor(schedule: Exclude<ScheduleOptions, ByName<'one-cycle'>>, done: number): number {
  const since = (from: number) => (done - from) / (1 - from);
  switch (schedule.name) {
    case 'constant':
      return 1;
    case 'step':
      return schedule.gamma ** schedule.at.filter((at) => at <= done).length;
    case 'cosine':
      return cosine(1, schedule.end, since(schedule.warmUp));
    case 'flat-cosine': {
      const from = Math.max(schedule.flat, schedule.warmUp);
      return done < from ? 1 : cosine(1, schedule.end, since(from));
    }
    case 'triangle':
      return linear(1, schedule.end, since(schedule.warmUp));
  }
}

function oneCycle(schedule: ByName<'one-cycle'>, done: number): Scheduled {
  const { learningRate: peak, warmUp, divide, divideFinal } = schedule;
  const [start, low, end] = schedule.momentum;
  if (done < warmUp) {
    const leg = done / warmUp;
    return { learningRate: cosine(peak / divide, peak, leg), momentum: cosine(start, low, leg) };
  }
  const leg = (done - warmUp) / (1 - warmUp);
  return { learningRate: cosine(peak, peak / divideFinal, leg), momentum: cosine(low, end, leg) };
}

function linear(from: number, to: number, leg: number): number {
  return from + (to - from) * leg;
}

/** Half a cosine from `from` to `to`. */
function cosine(from: number, to: number, leg: number): number {
  return from + ((to - from) * (1 - Math.cos(Math.PI * leg))) / 2;
}
