// Ways to draw the first weights, by name, for networks that show how much depends on them.
import { z } from 'zod';
import { glorotNormal, heNormal, type Initializer, normalWith } from './initializers.ts';

/** How a network draws its weights; biases start at zero. */
export const schemeSchema = z.enum(['normal', 'small', 'variance-scaling']);

export type Scheme = z.output<typeof schemeSchema>;

/**
 * The initializers of a scheme, for layers that end in ReLU and for the last one.
 *
 * normal: deviation 1, whatever a layer sums; each layer's values grow by the root of half its fan-in.
 * small: the same times 0.01; in a narrow network values shrink from layer to layer.
 * variance-scaling: He before ReLU, Glorot before the softmax; values keep their size.
 */
export function initializersOf(scheme: Scheme): { hidden: Initializer; last: Initializer } {
  switch (scheme) {
    case 'normal':
      return { hidden: normalWith(1), last: normalWith(1) };
    case 'small':
      return { hidden: normalWith(0.01), last: normalWith(0.01) };
    case 'variance-scaling':
      return { hidden: heNormal, last: glorotNormal };
  }
}
