// Learning rate and momentum as functions of the share of training that is done.
import { z } from 'zod';

const momentum = z.number().min(0).lt(1).default(0.9);

export const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), learningRate: z.number().positive(), momentum }),
  z.strictObject({
    name: z.literal('triangle'),
    learningRate: z.number().positive(),
    /** Share of the steps that rises to the peak. */
    warmUp: z.number().min(0).lt(1).default(0.25),
    /** Shares of the peak at the beginning and at the end. */
    start: z.number().min(0).default(0),
    end: z.number().min(0).default(0),
    momentum,
  }),
  z.strictObject({
    name: z.literal('one-cycle'),
    learningRate: z.number().positive(),
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
 * triangle: linear up, linear down (arXiv 2404.00498, section 3).
 * one-cycle: Smith 2018, https://arxiv.org/abs/1803.09820, with fastai's cosine legs and constants (`fit_one_cycle`).
 */
export function scheduleAt(schedule: ScheduleOptions, done: number): Scheduled {
  if (schedule.name === 'constant') return schedule;
  if (schedule.name === 'triangle') {
    const { learningRate, warmUp, start, end, momentum } = schedule;
    const share =
      done < warmUp
        ? start + (1 - start) * (done / warmUp)
        : 1 + (end - 1) * ((done - warmUp) / (1 - warmUp));
    return { learningRate: learningRate * share, momentum };
  }
  const { learningRate, warmUp, divide, divideFinal } = schedule;
  const [start, low, end] = schedule.momentum;
  if (done < warmUp) {
    const share = done / warmUp;
    return {
      learningRate: cosine(learningRate / divide, learningRate, share),
      momentum: cosine(start, low, share),
    };
  }
  const share = (done - warmUp) / (1 - warmUp);
  return {
    learningRate: cosine(learningRate, learningRate / divideFinal, share),
    momentum: cosine(low, end, share),
  };
}

/** Half a cosine from `from` to `to`. */
function cosine(from: number, to: number, share: number): number {
  return from + ((to - from) * (1 - Math.cos(Math.PI * share))) / 2;
}
