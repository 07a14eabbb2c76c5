// One learning rate for all steps after the warm-up.
import { afterWarmUp, defineSchedule, warming } from './schedule.ts';

export const constant = defineSchedule({
  name: 'constant',
  options: warming,
  at: (options, done) => afterWarmUp(options, done, () => 1),
});
