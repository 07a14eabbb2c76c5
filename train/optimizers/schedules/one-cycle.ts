// One cycle: Smith 2018, https://arxiv.org/abs/1803.09820, with fastai's cosine legs and constants (`fit_one_cycle`).
import { z } from 'zod';
import { cosineBetween, defineSchedule } from './schedule.ts';

export const oneCycle = defineSchedule({
  name: 'one-cycle',
  options: {
    /** Share of the steps that warms up. */
    warmUp: z.number().gt(0).lt(1).default(0.25),
    /** The first learning rate is the peak divided by this, the last one the peak divided by `divideFinal`. */
    divide: z.number().positive().default(25),
    divideFinal: z.number().positive().default(1e5),
    /** At the start, at the peak and at the end. */
    momentum: z.tuple([z.number(), z.number(), z.number()]).default([0.95, 0.85, 0.95]),
  },
  at({ learningRate: peak, warmUp, divide, divideFinal, momentum: [start, low, end] }, done) {
    // Stryker disable next-line EqualityOperator: both legs are at the peak there
    if (done < warmUp) {
      const leg = done / warmUp;
      return {
        learningRate: cosineBetween(peak / divide, peak, leg),
        momentum: cosineBetween(start, low, leg),
      };
    }
    const leg = (done - warmUp) / (1 - warmUp);
    return {
      learningRate: cosineBetween(peak, peak / divideFinal, leg),
      momentum: cosineBetween(low, end, leg),
    };
  },
});
