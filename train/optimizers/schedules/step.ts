// A learning rate that falls in steps: He et al. 2015, https://arxiv.org/abs/1512.03385, section 3.4.
import { z } from 'zod';
import { afterWarmUp, defineSchedule, share, warming } from './schedule.ts';

export const step = defineSchedule({
  name: 'step',
  options: {
    ...warming,
    /** Shares of the steps at which the learning rate is multiplied by `gamma`. */
    at: z.array(share).min(1).default([0.5, 0.75]),
    gamma: z.number().gt(0).lt(1).default(0.1),
  },
  at: (options, done) =>
    afterWarmUp(options, done, () => options.gamma ** options.at.filter((at) => at <= done).length),
});
