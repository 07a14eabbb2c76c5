// A fully connected network: pixels in, layers of ReLU units, logits.
import { relu } from '../layers/activations.ts';
import { flatten } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import type { Architecture } from '../layers/net.ts';
import { initializersOf, type Scheme } from '../layers/schemes.ts';

export interface FullyConnectedOptions {
  classes: number;
  /** Units of each hidden layer. */
  units: readonly number[];
  initializer: Scheme;
}

/** `[N,H,W,C]` to `[N,classes]`; any size of picture works. */
export function fullyConnected({ classes, units, initializer }: FullyConnectedOptions): Architecture {
  const { hidden, last } = initializersOf(initializer);
  return (net, images) => {
    let x = flatten(images);
    for (const [i, n] of units.entries())
      x = relu(dense(net, `hidden${i + 1}`, x, { units: n, initializer: hidden }));
    return dense(net, 'logits', x, { units: classes, initializer: last });
  };
}
