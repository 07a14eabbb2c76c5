// Depthwise convolution: each channel has a filter of its own.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import type { ConvolutionOptions } from './convolution.ts';
import { type Initializer, normalWith } from './initializers.ts';
import type { Net } from './net.ts';

/**
 * `[N,H,W,C]` to `[N,H',W',C]`, without a bias: a batch norm follows. Weights `<name>/kernel`, `[k,k,C,1]`.
 * Howard et al. 2017, "MobileNets", https://arxiv.org/abs/1704.04861, section 3.1.
 */
export function depthwiseConv2d(
  net: Net,
  name: string,
  x: Tensor,
  { kernel, strides = 1, padding = 'same' }: Pick<ConvolutionOptions, 'kernel' | 'strides' | 'padding'>,
): Tensor {
  const channels = x.shape[3];
  if (channels === undefined) throw new Error(`${name}: expected [N,H,W,C], received [${x.shape}]`);
  const weights = net.weight(`${name}/kernel`, [kernel, kernel, channels, 1], heNormalOf(kernel * kernel));
  return tf.depthwiseConv2d(x as Tensor4D, weights as Tensor as Tensor4D, strides, padding);
}

/** He's deviation where each output sums `inputs` values: the last axis but one is no input here. */
function heNormalOf(inputs: number): Initializer {
  return normalWith(Math.sqrt(2 / inputs));
}
