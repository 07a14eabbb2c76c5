// Up in a line and down in a line: airbench94's, https://arxiv.org/abs/2404.00498.
import { z } from 'zod';
import { afterWarmUp, constantMomentum, defineSchedule, linear, share, since } from './schedule.ts';

export const triangle = defineSchedule({
  name: 'triangle',
  options: {
    momentum: constantMomentum,
    warmUp: z.number().gt(0).lt(1).default(0.23),
    start: share.default(0.2),
    end: share.default(0.07),
  },
  at: (options, done) =>
    afterWarmUp(options, done, () => linear(1, options.end, since(options.warmUp, done))),
});
