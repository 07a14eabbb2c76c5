// Stochastic gradient descent with Nesterov's momentum, which looks ahead along the velocity.
import { defineOptimizer } from './optimizer.ts';
import { sgd } from './sgd.ts';

export const nesterov = defineOptimizer({
  name: 'nesterov',
  options: {},
  build: ({ weightDecay }) => sgd({ weightDecay, momentum: 'nesterov' }),
});
