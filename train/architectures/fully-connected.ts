// A fully connected network: pixels in, layers of ReLU units, logits.
import { z } from 'zod';
import { relu } from '../layers/activations.ts';
import { flatten } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import { initializersOf, schemeSchema } from '../layers/schemes.ts';
import { defineArchitecture } from './architecture.ts';
import { count } from './options.ts';

/** `[N,H,W,C]` to `[N,classes]`; any size of picture works. */
export const fullyConnected = defineArchitecture({
  name: 'fully-connected',
  options: {
    /** Units of each hidden layer. */
    units: z.array(count).min(1),
    initializer: schemeSchema,
  },
  build({ units, initializer }, classes) {
    const { hidden, last } = initializersOf(initializer);
    return (net, images) => {
      let x = flatten(images);
      for (const [i, n] of units.entries())
        x = relu(dense(net, `hidden${i + 1}`, x, { units: n, initializer: hidden }));
      return dense(net, 'logits', x, { units: classes, initializer: last });
    };
  },
});
