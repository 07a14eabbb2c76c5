// Batch normalization as TensorFlow's one fused op: tfjs builds it and its gradient out of a dozen.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../graph/tensorflow.ts';
import { ones, zeros } from './initializers.ts';
import type { Net } from './net.ts';

export interface BatchNormOptions {
  /** How much of the moving statistics a step keeps. */
  momentum?: number;
  /** Added to the variance. */
  epsilon?: number;
  /** Off: the scale is one, and not trained. */
  scale?: boolean;
  /** `kept`: normalizes by the moving statistics in training, too, and leaves them as they are. */
  statistics?: 'moving' | 'kept';
}

/**
 * Normalizes each channel over the batch (in training) or by moving statistics (otherwise), then scales and shifts.
 * Weights `<name>/gamma`, `<name>/beta`; statistics `<name>/moving_mean`, `<name>/moving_variance`.
 * Ioffe and Szegedy 2015, https://arxiv.org/abs/1502.03167, algorithms 1 and 2. The moving variance is the unbiased
 * estimate (n / (n - 1)), as in Keras and PyTorch.
 */
export function batchNorm(net: Net, name: string, x: Tensor, options: BatchNormOptions = {}): Tensor {
  const { momentum = 0.9, epsilon = 1e-3, scale = true, statistics = 'moving' } = options;
  const isTraining = net.training && statistics === 'moving';
  const channels = x.shape[3];
  if (channels === undefined) throw new Error(`${name}: expected [N,H,W,C], received [${x.shape}]`);
  const gamma = scale ? net.weight(`${name}/gamma`, [channels], ones) : tf.ones([channels]);
  const beta = net.weight(`${name}/beta`, [channels], zeros);
  const mean = net.statistic(`${name}/moving_mean`, [channels], 0);
  const variance = net.statistic(`${name}/moving_variance`, [channels], 1);
  const factor = isTraining ? 1 - momentum : 1;
  const kept = { mean, variance };
  return normalize(x, { gamma, beta }, kept, { epsilon, isTraining, factor }, (newMean, newVariance) => {
    if (!isTraining) return;
    mean.assign(newMean as Tensor<never>);
    variance.assign(newVariance as Tensor<never>);
  });
}

export interface NormalizeOptions {
  readonly epsilon: number;
  /** Normalizes by the batch, otherwise by the statistics. */
  readonly isTraining: boolean;
  /** Share of the batch in new statistics; with 1 they are the batch's, and the old ones are empty arrays. */
  readonly factor: number;
}

/**
 * TensorFlow's op with its gradient.
 * @param x - `[N,H,W,C]`; the others are `[C]`.
 * @param take - Takes the new statistics, the variance as the unbiased estimate.
 */
export function normalize(
  x: Tensor,
  { gamma, beta }: { gamma: Tensor; beta: Tensor },
  { mean, variance }: { mean: Tensor; variance: Tensor },
  { epsilon, isTraining, factor }: NormalizeOptions,
  take: (mean: Tensor, variance: Tensor) => void,
): Tensor {
  const attributes = [
    eagerAttribute.type('T', DataType.float32),
    eagerAttribute.type('U', DataType.float32),
    eagerAttribute.float('epsilon', epsilon),
    eagerAttribute.string('data_format', 'NHWC'),
    eagerAttribute.bool('is_training', isTraining),
  ];
  const forward = [...attributes, eagerAttribute.float('exponential_avg_factor', factor)];
  const apply = tf.customGrad((...args: unknown[]) => {
    const [input, scale, offset, save] = args as [Tensor, Tensor, Tensor, (tensors: Tensor[]) => void];
    const inputs = [input, scale, offset, mean, variance];
    const outputs = backend.executeMultipleOutputs('FusedBatchNormV3', forward, inputs, 6);
    const [value, newMean, newVariance, ...reserved] = outputs as [Tensor, Tensor, Tensor, ...Tensor[]];
    take(newMean, newVariance);
    save([input, scale, ...reserved]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        backend.executeMultipleOutputs('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3),
    };
  });
  return apply(x, gamma, beta);
}
