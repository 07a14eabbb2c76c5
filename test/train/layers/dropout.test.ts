// Dropout drops the given share, keeps the mean, and its mask is a function of the seed alone.
import type { Scalar, Tensor } from '@tensorflow/tfjs-node-gpu';
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { dropout, statelessUniform } from '../../../train/layers/dropout.ts';
import type { Net } from '../../../train/layers/net.ts';

const N = 100_000;

function netOf(seed: [number, number] | undefined, training = true): Net {
  const none = () => {
    throw new Error('dropout has no weights');
  };
  const mode = seed === undefined ? { training } : { training, seed: tf.tensor1d(seed, 'int32') };
  return { ...mode, weight: none, statistic: none };
}

const dropped = (seed: [number, number], rate: number, name = 'a') =>
  dropout(netOf(seed), name, tf.ones([N]), rate).dataSync();

describe('dropout', () => {
  it.each([0.1, 0.5, 0.9])('zeroes a share of %f and scales the rest by 1 / (1 - rate)', (rate) => {
    const values = dropped([1, 2], rate);
    const zeros = values.filter((value) => value === 0).length / N;
    // Four standard deviations of a binomial share.
    expect(Math.abs(zeros - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / N));
    expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / (1 - rate))]));
  });

  it('repeats its mask for the same seed and draws another for any other', () => {
    const mask = dropped([1, 2], 0.5);
    expect([...dropped([1, 2], 0.5)]).toEqual([...mask]);
    for (const other of [dropped([2, 2], 0.5), dropped([1, 3], 0.5), dropped([1, 2], 0.5, 'b')]) {
      const equal = other.filter((value, i) => value === mask[i]).length / N;
      // Independent masks agree in half the places: 4 standard deviations are 0.006.
      expect(Math.abs(equal - 0.5)).toBeLessThan(0.0064);
    }
  });

  it('passes the gradient where it passed the value, scaled alike', () => {
    const apply = (x: Tensor) => tf.sum(dropout(netOf([5, 6]), 'a', x, 0.3)) as Scalar;
    const { grad } = tf.valueAndGrad(apply)(tf.ones([1000]));
    expect([...grad.dataSync()]).toEqual([...dropout(netOf([5, 6]), 'a', tf.ones([1000]), 0.3).dataSync()]);
  });

  it('is the identity outside of training and at rate 0', () => {
    const x = tf.tensor1d([1, 2, 3]);
    expect(dropout(netOf(undefined, false), 'a', x, 0.5)).toBe(x);
    expect(dropout(netOf([1, 2]), 'a', x, 0)).toBe(x);
    expect(() => dropout(netOf(undefined), 'a', x, 0.5)).toThrow('a: a network in training needs a seed');
  });
});

describe('statelessUniform', () => {
  it('draws from [0, 1) evenly', () => {
    const values = statelessUniform([N], tf.tensor1d([3, 4], 'int32')).dataSync();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = values.filter((value) => Math.floor(value * 10) === tenth).length / N;
      // Four standard deviations.
      expect(Math.abs(share - 0.1)).toBeLessThan(0.0038);
    }
  });
});
