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

const edge = fc.integer({ min: 0, max: 2 });

/** Functions of single numbers that keep them small. */
const elementwise = {
  relu6: (x) => tf.relu6(x),
  'leaky relu': (x) => tf.leakyRelu(x, 0.2),
  elu: (x) => tf.elu(x),
  sigmoid: (x) => tf.sigmoid(x),
  swish: (x) => tf.mul(x, tf.sigmoid(x)),
  gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  'hard sigmoid': (x) => tf.clipByValue(tf.add(tf.mul(x, 0.2), 0.5), 0, 1),
  'hard swish': (x) => tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6)),
  softplus: (x) => tf.softplus(x),
  clip: (x) => tf.clipByValue(x, -0.5, 0.75),
  'at least': (x) => tf.maximum(x, -0.25),
  'at most': (x) => tf.minimum(x, 0.5),
  neg: (x) => tf.neg(x),
  abs: (x) => tf.abs(x),
  square: (x) => tf.square(tf.tanh(x)),
  root: (x) => tf.sqrt(tf.abs(x)),
  twice: (x) => tf.add(x, x),
  'one less': (x) => tf.sub(1, x),
  half: (x) => tf.div(x, 2),
  'plus nothing': (x) => tf.add(tf.mul(x, 1), 0),
  'whole numbers': (x) => tf.cast(tf.cast(tf.mul(x, 3), 'int32'), 'float32'),
  where: (x) => tf.where(tf.greater(x, 0.1), x, tf.mul(x, -2)),
} satisfies Record<string, (x: Tensor) => Tensor>;

const elementwiseNames = Object.keys(elementwise) as (keyof typeof elementwise)[];

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
    kind: fc.constant('zeros around' as const),
    around: fc.tuple(edge, edge, edge, edge),
  }),
  fc.record({ kind: fc.constant('elementwise' as const), name: fc.constantFrom(...elementwiseNames) }),
  fc.record({
    kind: fc.constantFrom(
      'zeros in channels' as const,
      'crop' as const,
      'shuffle' as const,
      'dense' as const,
      'layer norm' as const,
      'affine' as const,
      'there and back' as const,
      'as a sequence' as const,
      'turned' as const,
      'mirrored' as const,
      'largest of places' as const,
      'larger' as const,
      'transposed conv' as const,
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
    case 'zeros around': {
      const [top, bottom, left, right] = part.around;
      return tf.pad(x, [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ]);
    }
    case 'elementwise':
      return elementwise[part.name](x);
    case 'zeros in channels':
      return tf.pad(x, [
        [0, 0],
        [0, 0],
        [0, 0],
        [1, 1],
      ]);
    case 'crop':
      return height > 2 && width > 2 ? tf.slice(x, [0, 1, 0, 0], [-1, height - 1, width - 1, -1]) : x;
    case 'shuffle': {
      if (channels % 2 === 1) return x;
      const [left, right] = tf.split(x, 2, 3) as [Tensor, Tensor];
      return tf.concat([right, left], 3);
    }
    case 'dense':
      return tf.reshape(
        tf.add(tf.matMul(tf.reshape(x, [-1, channels]), weight('dense', [channels, 3])), weight('bias', [3])),
        [-1, height, width, 3],
      );
    case 'layer norm': {
      const { mean, variance } = tf.moments(x, 3, true);
      return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-1)));
    }
    case 'affine':
      return tf.add(tf.mul(x, weight('scale', [channels])), weight('offset', [channels]));
    case 'there and back':
      return tf.transpose(tf.tanh(tf.transpose(x, [0, 3, 1, 2])), [0, 2, 3, 1]);
    case 'as a sequence':
      return tf.reshape(tf.softmax(tf.reshape(x, [-1, height * width, channels]), 2), [
        -1,
        height,
        width,
        channels,
      ]);
    case 'turned':
      return tf.reverse(x, [1]);
    case 'mirrored':
      return tf.add(x, tf.reverse(x, [2]));
    case 'largest of places':
      return tf.sub(x, tf.max(x, [1, 2], true));
    case 'larger':
      return tf.image.resizeBilinear(x, [height * 2, width + 1], false, true);
    case 'transposed conv': {
      const kernel = weight<Tensor4D>('transposed', [3, 3, 2, channels]);
      return tf.conv2dTranspose(x, kernel, [x.shape[0], height * 2, width * 2, 2], 2, 'same');
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
