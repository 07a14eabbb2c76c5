// Convolution, pooling and what leads from pictures to vectors.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { sizeOf } from '../../models/shape.ts';
import { tf } from '../graph/tensorflow.ts';
import { biasAdd } from './bias.ts';
import { heNormal, type Initializer, zeros } from './initializers.ts';
import type { Net } from './net.ts';

export interface ConvolutionOptions {
  filters: number;
  /** Side of the square kernel, pixels. */
  kernel: number;
  strides?: number;
  padding?: 'same' | 'valid';
  /** Off before a batch norm, which has its own. */
  bias?: boolean;
  initializer?: Initializer;
}

/** Two-dimensional convolution, `[N,H,W,C]` to `[N,H',W',filters]`; weights `<name>/kernel` and `<name>/bias`. */
export function conv2d(net: Net, name: string, x: Tensor, options: ConvolutionOptions): Tensor {
  const { filters, kernel, strides = 1, padding = 'same', bias = true, initializer = heNormal } = options;
  const channels = x.shape[3];
  if (channels === undefined) throw new Error(`${name}: expected [N,H,W,C], received [${x.shape}]`);
  const weights = net.weight(`${name}/kernel`, [kernel, kernel, channels, filters], initializer);
  const y = tf.conv2d(x as Tensor4D, weights as Tensor as Tensor4D, strides, padding);
  return bias ? biasAdd(y, net.weight(`${name}/bias`, [filters], zeros)) : y;
}

/** Maximum over `size` x `size` windows, which do not overlap by default; `valid` leaves out pixels that fill no window. */
export function maxPool(
  x: Tensor,
  size = 2,
  padding: 'same' | 'valid' = 'same',
  strides: number = size,
): Tensor {
  return tf.maxPool(x as Tensor4D, size, strides, padding);
}

/** Mean over all places: `[N,H,W,C]` to `[N,C]`. */
export function globalAveragePool(x: Tensor): Tensor {
  return tf.mean(x, [1, 2]);
}

/** `[N,H,W,C]` to `[N,H*W*C]`. */
export function flatten(x: Tensor): Tensor {
  const [batch = 0, ...rest] = x.shape;
  return tf.reshape(x, [batch, sizeOf(rest)]);
}
