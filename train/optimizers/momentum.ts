// Stochastic gradient descent with momentum.
import { defineOptimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

export const momentum = defineOptimizer({
  name: 'momentum',
  options: {},
  build: ({ weightDecay }) => sgd({ weightDecay, momentum: 'plain' }),
});
