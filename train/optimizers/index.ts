// The optimizers a recipe can name, and their options.
import { z } from 'zod';
import { adam } from './adam.ts';
import { muon } from './muon.ts';
import type { Optimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

const weightDecay = z.number().nonnegative().default(0);
const beta2 = z.number().gt(0).lt(1).default(0.999);
const epsilon = z.number().positive().default(1e-8);

export const optimizerSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('sgd'), weightDecay }),
  z.strictObject({ name: z.literal('momentum'), weightDecay }),
  z.strictObject({ name: z.literal('nesterov'), weightDecay }),
  z.strictObject({ name: z.literal('adam'), beta2, epsilon, weightDecay }),
  z.strictObject({ name: z.literal('adamw'), beta2, epsilon, weightDecay }),
  z.strictObject({ name: z.literal('muon'), beta2, epsilon, weightDecay }),
]);

export type OptimizerOptions = z.output<typeof optimizerSchema>;

/** The rule that `options` describe. */
export function createOptimizer(options: OptimizerOptions): Optimizer {
  switch (options.name) {
    case 'sgd':
      return sgd({ ...options, momentum: false, nesterov: false });
    case 'momentum':
      return sgd({ ...options, momentum: true, nesterov: false });
    case 'nesterov':
      return sgd({ ...options, momentum: true, nesterov: true });
    case 'adam':
      return adam({ ...options, decoupled: false });
    case 'adamw':
      return adam({ ...options, decoupled: true });
    case 'muon':
      return muon(options);
  }
}
