// Random networks of our layers and of tfjs's ops, as fast-check draws them.
import type { Tensor, Tensor1D, Tensor4D, Variable } from '@tensorflow/tfjs-node-gpu';
import fc from 'fast-check';
import { tf } from '../../train/graph/tensorflow.ts';
import { relu } from '../../train/layers/activations.ts';
import { batchNorm } from '../../train/layers/batch-norm.ts';
import { conv2d, flatten, globalAveragePool } from '../../train/layers/convolution.ts';
import { dense } from '../../train/layers/dense.ts';
import type { Net } from '../../train/layers/net.ts';
import { normal, random } from '../../train/random.ts';
import type { Case } from './support.ts';

/** One layer of a random network; what does not fit the picture that arrives is left out. */
const layer = fc.oneof(
  fc.record({
    kind: fc.constant('conv' as const),
    filters: fc.integer({ min: 1, max: 5 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    stride: fc.integer({ min: 1, max: 3 }),
    pad: fc.constantFrom('same' as const, 'valid' as const),
    bias: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('depthwise' as const), multiplier: fc.integer({ min: 1, max: 2 }) }),
  fc.record({
    kind: fc.constant('pool' as const),
    mean: fc.boolean(),
    size: fc.integer({ min: 1, max: 3 }),
    stride: fc.integer({ min: 1, max: 3 }),
    pad: fc.constantFrom('same' as const, 'valid' as const),
  }),
  fc.record({
    kind: fc.constantFrom(
      'our conv' as const,
      'our norm' as const,
      'norm' as const,
      'relu' as const,
      'tanh' as const,
      'residual' as const,
      'gate' as const,
      'softmax' as const,
      'transpose' as const,
      'concat' as const,
      'shift' as const,
      'upsample' as const,
    ),
  }),
);

type Layer = typeof layer extends fc.Arbitrary<infer T> ? T : never;

export interface Network {
  size: [number, number, number];
  stack: Layer[];
  head: 'flatten' | 'mean' | 'none';
}

export const network: fc.Arbitrary<Network> = fc.record({
  size: fc.tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 4 }),
  ),
  stack: fc.array(layer, { minLength: 1, maxLength: 7 }),
  head: fc.constantFrom('flatten', 'mean', 'none'),
});

/** A case out of a description; its weights are variables named after their layers. */
export function buildNetwork({ size, stack, head }: Network): Case {
  const variables = new Map<string, Variable>();
  const weight = (name: string, shape: number[]): Variable => {
    const known = variables.get(name);
    if (known !== undefined) return known;
    const next = random(11, name);
    // Variance 1 over what an output sums, so that numbers keep their size from layer to layer.
    const deviation = shape.slice(0, -1).reduce((product, n) => product / Math.sqrt(n), 1);
    const draw = name.endsWith('variance') ? () => 0.5 + next() : () => normal(next) * deviation;
    const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw);
    const variable = tf.tidy(() => tf.variable(tf.tensor(values, shape)));
    variables.set(name, variable);
    return variable;
  };
  const net: Net = { training: false, weight, statistic: weight };
  const forward = (input: Tensor): Tensor => {
    const x = stack.reduce((y, part, i) => step(net, `layer${i}`, y as Tensor4D, part), input);
    if (head === 'none') return x;
    const vectors = head === 'mean' ? globalAveragePool(x) : flatten(x);
    return tf.softmax(dense(net, 'head', vectors, { units: 3 }));
  };
  // Once, so that every layer has asked for its weights.
  tf.tidy(() => {
    forward(tf.zeros([1, ...size]));
  });
  const name = JSON.stringify({ size, stack, head });
  return { name, inputs: [{ shape: [-1, ...size] }], fn: forward, variables };
}

function step(net: Net, name: string, x: Tensor4D, part: Layer): Tensor {
  const weight = <T extends Tensor>(kind: string, shape: number[]): T =>
    net.statistic(`${name}/${kind}`, shape, 0) as Tensor as T;
  const [, height, width, channels] = x.shape;
  switch (part.kind) {
    case 'conv': {
      const { filters, kernel, stride, pad, bias } = part;
      if (pad === 'valid' && (kernel[0] > height || kernel[1] > width)) return x;
      const y = tf.conv2d(x, weight<Tensor4D>('kernel', [...kernel, channels, filters]), stride, pad);
      return bias ? tf.add(y, weight('bias', [filters])) : y;
    }
    case 'depthwise':
      return tf.depthwiseConv2d(x, weight<Tensor4D>('kernel', [3, 3, channels, part.multiplier]), 1, 'same');
    case 'pool': {
      const { mean, size, stride, pad } = part;
      if (pad === 'valid' && size > Math.min(height, width)) return x;
      return mean ? tf.avgPool(x, size, stride, pad) : tf.maxPool(x, size, stride, pad);
    }
    case 'our conv':
      return conv2d(net, name, x, { filters: 4, kernel: 3, strides: 2 });
    case 'our norm':
      return batchNorm(net, name, x);
    case 'norm':
      return tf.batchNorm(
        x,
        weight<Tensor1D>('mean', [channels]),
        weight<Tensor1D>('variance', [channels]),
        weight<Tensor1D>('offset', [channels]),
        weight<Tensor1D>('scale', [channels]),
      );
    case 'relu':
      return relu(x);
    case 'tanh':
      return tf.tanh(x);
    case 'residual':
      return tf.add(x, tf.conv2d(x, weight<Tensor4D>('kernel', [1, 1, channels, channels]), 1, 'same'));
    case 'gate':
      return tf.mul(x, tf.sigmoid(tf.mean(x, [1, 2], true)));
    case 'softmax':
      return tf.softmax(x);
    case 'transpose':
      return tf.transpose(x, [0, 2, 1, 3]);
    case 'concat':
      return tf.concat([x, tf.mul(x, 0.5)], 3);
    case 'shift':
      return tf.sub(tf.mul(x, weight('scale', [channels])), weight('places', [width, 1]));
    case 'upsample':
      return tf.image.resizeNearestNeighbor(x, [height * 2, width * 2]);
  }
}
