// AdamW: Adam with decoupled weight decay, which does not pass through the moments.
import { adam, moments } from './adam.ts';
import { defineOptimizer } from './optimizer.ts';

export const adamw = defineOptimizer({
  name: 'adamw',
  options: moments,
  build: (options) => adam({ ...options, decoupled: true }),
});
