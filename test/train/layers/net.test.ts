// What the layers of a network ask for, and the parameters that are made of it.
import { describe, expect, it } from 'vitest';
import { tf } from '../../../train/graph/tensorflow.ts';
import { batchNorm } from '../../../train/layers/batch-norm.ts';
import { conv2d, flatten } from '../../../train/layers/convolution.ts';
import { dense } from '../../../train/layers/dense.ts';
import {
  type Architecture,
  countWeights,
  createParameters,
  disposeParameters,
  dryRun,
} from '../../../train/layers/net.ts';

const architecture: Architecture = (net, images) => {
  const x = batchNorm(net, 'norm', conv2d(net, 'conv', images, { filters: 3, kernel: 5, bias: false }));
  return dense(net, 'out', flatten(x), { units: 2 });
};

describe('a dry run', () => {
  it('tells what the layers ask for, in their order', () => {
    const requested = [...dryRun(architecture, [4, 4, 1])];
    expect(requested.map(([name, { kind, shape }]) => `${kind} ${name} [${shape}]`)).toEqual([
      'weight conv/kernel [5,5,1,3]',
      'weight norm/gamma [3]',
      'weight norm/beta [3]',
      'statistic norm/moving_mean [3]',
      'statistic norm/moving_variance [3]',
      'weight out/kernel [48,2]',
      'weight out/bias [2]',
    ]);
  });

  it('leaves no tensor behind', () => {
    const before = tf.memory().numTensors;
    dryRun(architecture, [4, 4, 1]);
    expect(tf.memory().numTensors).toBe(before);
    const parameters = createParameters(architecture, [4, 4, 1], 0);
    expect(tf.memory().numTensors).toBe(before + 7);
    expect(countWeights(parameters)).toBe(75 + 3 + 3 + 96 + 2);
    disposeParameters(parameters);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses two layers of one name', () => {
    const twice: Architecture = (net, images) => {
      const x = flatten(images);
      return tf.add(dense(net, 'out', x, { units: 2 }), dense(net, 'out', x, { units: 2 }));
    };
    expect(() => dryRun(twice, [4, 4, 1])).toThrow('two layers are called out/kernel');
  });
});
