// A small convolutional network for digits: three stages, each halving the picture, batch norm throughout.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { relu } from '../layers/activations.ts';
import { batchNorm } from '../layers/batch-norm.ts';
import { conv2d, flatten, maxPool } from '../layers/convolution.ts';
import { dense } from '../layers/dense.ts';
import type { Architecture, Net } from '../layers/net.ts';

export interface SmallCnnOptions {
  classes: number;
  /** Filters of the three stages. */
  filters: readonly [number, number, number];
}

/** `[N,28,28,1]` to `[N,classes]`; any size of picture works. */
export function smallCnn({ classes, filters }: SmallCnnOptions): Architecture {
  const [first, second, third] = filters;
  return (net, images) => {
    let x = block(net, 'conv1', images, first, 5);
    x = maxPool(x);
    x = block(net, 'conv2', x, second, 3);
    x = block(net, 'conv3', x, second, 3);
    x = maxPool(x);
    x = block(net, 'conv4', x, third, 3);
    x = block(net, 'conv5', x, third, 3);
    x = maxPool(x);
    return dense(net, 'logits', flatten(x), { units: classes });
  };
}

function block(net: Net, name: string, x: Tensor, filters: number, kernel: number): Tensor {
  return relu(batchNorm(net, `${name}/norm`, conv2d(net, name, x, { filters, kernel, bias: false })));
}
