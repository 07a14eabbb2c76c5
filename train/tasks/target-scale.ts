// The scale of numbers that are learned: their mean and deviation over the training pictures, constants of the network.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import type { NumberRange } from '../../models/measure/numbers.ts';
import type { Split } from '../datasets/dataset.ts';
import { tf } from '../graph/tensorflow.ts';
import type { Net, Parameters } from '../layers/net.ts';

/** Names of the statistics, in checkpoints and model files. */
export const TARGET_MEAN = 'target_mean';
export const TARGET_DEVIATION = 'target_deviation';

/** `[K]` each, in the units of the targets. */
export interface TargetScale {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/**
 * Mean and deviation (of the population) of each number over a split; a number that is always the same has deviation 1.
 * @throws Error for a split without targets
 */
export function targetScaleOf({ targets, n }: Pick<Split, 'targets' | 'n'>): TargetScale {
  if (targets === undefined) throw new Error('numbers have targets');
  const count = targets.length / n;
  const over = (value: (target: number, k: number) => number) => {
    const sums = new Float64Array(count);
    for (const [i, target] of targets.entries())
      sums[i % count] = (sums[i % count] ?? 0) + value(target, i % count);
    return sums.map((sum) => sum / n);
  };
  const mean = over((target) => target);
  const variance = over((target, k) => (target - (mean[k] ?? 0)) ** 2);
  return {
    mean: Float32Array.from(mean),
    deviation: Float32Array.from(variance, (value) => (value > 0 ? Math.sqrt(value) : 1)),
  };
}

/** The least and the largest of each number over a split, and its deviation, as a card has them. */
export function targetRangesOf(split: Pick<Split, 'targets' | 'n'>): NumberRange[] {
  const { deviation } = targetScaleOf(split);
  const { targets = new Float32Array() } = split;
  return Array.from(deviation, (each, k) => {
    const range = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, deviation: each };
    for (let i = k; i < targets.length; i += deviation.length) {
      range.min = Math.min(range.min, targets[i] ?? Number.NaN);
      range.max = Math.max(range.max, targets[i] ?? Number.NaN);
    }
    return range;
  });
}

/** Gives a network the scale of what it is trained on, as statistics of its own. */
export function addTargetScale({ statistics }: Parameters, { mean, deviation }: TargetScale): void {
  const constant = (values: Float32Array): Variable => tf.tidy(() => tf.variable(tf.tensor1d(values), false));
  statistics.set(TARGET_MEAN, constant(mean));
  statistics.set(TARGET_DEVIATION, constant(deviation));
}

/** Whether a statistic of this name is of the scale: it belongs to the data, not to what was learned. */
export function isTargetScale(name: string): boolean {
  return name === TARGET_MEAN || name === TARGET_DEVIATION;
}

/** Targets `[N,K]` in units of the deviation. */
export function standardizedTargets(net: Net, targets: Tensor): Tensor {
  const { mean, deviation } = scaleIn(net, targets);
  return tf.div(tf.sub(targets, mean), deviation);
}

/** What a network gives, `[N,K]` in units of the deviation, in the units of the targets. */
export function inOwnUnits(net: Net, outputs: Tensor): Tensor {
  const { mean, deviation } = scaleIn(net, outputs);
  return tf.add(tf.mul(outputs, deviation), mean);
}

function scaleIn(net: Net, { shape: [, count = 0] }: Tensor): { mean: Tensor; deviation: Tensor } {
  return {
    mean: net.statistic(TARGET_MEAN, [count], 0),
    deviation: net.statistic(TARGET_DEVIATION, [count], 1),
  };
}
