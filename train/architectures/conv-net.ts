// The convolutional network of many first lessons: two 5x5 convolutions, two fully connected layers.
import { relu } from '../layers/activations.ts';
import { conv2d, flatten, maxPool } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import type { Architecture } from '../layers/net.ts';
import { initializersOf, type Scheme } from '../layers/schemes.ts';

export interface ConvNetOptions {
  classes: number;
  /** Filters of the two convolutions. */
  filters: readonly [number, number];
  /** Units of the fully connected layer. */
  units: number;
  initializer: Scheme;
}

/** `[N,28,28,1]` to `[N,classes]`; any size of picture works. Each convolution is followed by a maximum over 2x2. */
export function convNet({ classes, filters, units, initializer }: ConvNetOptions): Architecture {
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
}
