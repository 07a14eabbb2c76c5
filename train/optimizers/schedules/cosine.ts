// Half a cosine down: Loshchilov and Hutter 2017, https://arxiv.org/abs/1608.03983, equation 5, without restarts.
import { afterWarmUp, cosineBetween, defineSchedule, share, since, warming } from './schedule.ts';

export const cosine = defineSchedule({
  name: 'cosine',
  options: {
    ...warming,
    /** Share of the peak that is left at the end. */
    end: share.default(0),
  },
  at: (options, done) =>
    afterWarmUp(options, done, () => cosineBetween(1, options.end, since(options.warmUp, done))),
});
