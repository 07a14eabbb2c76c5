// The convolutional network of many first lessons: two 5x5 convolutions, two fully connected layers.
import { z } from 'zod';
import { relu } from '../layers/activations.ts';
import { conv2d, flatten, maxPool } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import { initializersOf, schemeSchema } from '../layers/schemes.ts';
import { defineArchitecture } from './architecture.ts';
import { count } from './options.ts';

/** `[N,28,28,1]` to `[N,classes]`; any size of picture works. Each convolution is followed by a maximum over 2x2. */
export const convNet = defineArchitecture({
  name: 'conv-net',
  options: {
    /** Filters of the two convolutions. */
    filters: z.tuple([count, count]),
    /** Units of the fully connected layer. */
    units: count,
    initializer: schemeSchema,
  },
  build({ filters, units, initializer }, classes) {
    const { hidden, last } = initializersOf(initializer);
    return (net, images) => {
      let x = images;
      for (const [i, n] of filters.entries()) {
        const options = { filters: n, kernel: 5, initializer: hidden };
        x = maxPool(relu(conv2d(net, `conv${i + 1}`, x, options)));
      }
      x = relu(dense(net, 'hidden', flatten(x), { units, initializer: hidden }));
      return dense(net, 'logits', x, { units: classes, initializer: last });
    };
  },
});
