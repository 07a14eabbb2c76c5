// The peak for most of the steps, then half a cosine down: fastai's `fit_flat_cos`.
import { z } from 'zod';
import { afterWarmUp, cosineBetween, defineSchedule, share, since, warming } from './schedule.ts';

export const flatCosine = defineSchedule({
  name: 'flat-cosine',
  options: {
    ...warming,
    /** Share of the steps at which the cosine begins. */
    flat: z.number().min(0).lt(1).default(0.75),
    end: share.default(1e-5),
  },
  at: (options, done) =>
    afterWarmUp(options, done, () => {
      const from = Math.max(options.flat, options.warmUp);
      // Stryker disable next-line EqualityOperator: where it begins, the cosine is at the peak
      return done < from ? 1 : cosineBetween(1, options.end, since(from, done));
    }),
});
