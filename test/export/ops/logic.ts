// Cases: comparisons, logic and choosing.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case, InputSpec } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

const small: InputSpec = { shape: [-1, 6], type: 'int32', range: [0, 3] };
const floats: InputSpec = { shape: [-1, 6] };
const bools: InputSpec = { shape: [-1, 6], type: 'bool' };

const comparisons = [tf.equal, tf.notEqual, tf.greater, tf.greaterEqual, tf.less, tf.lessEqual];

const behindConv = (x: Tensor): Tensor =>
  tf.conv2d(x as Tensor4D, weight('before', [1, 1, 2, 4]) as Tensor4D, 1, 'same');

export const logicCases: Case[] = [
  ...comparisons.map(
    (compare, i): Case => ({
      name: `comparison ${i}`,
      inputs: [small, small, floats],
      fn: (a, b, c) => [compare(a as Tensor, b as Tensor), compare(c as Tensor, 0.1)],
    }),
  ),
  {
    name: 'comparison of bools',
    inputs: [bools, bools],
    fn: (a, b) => [tf.equal(a as Tensor, b as Tensor), tf.notEqual(a as Tensor, b as Tensor)],
  },
  { name: 'and', inputs: [bools, bools], fn: (a, b) => tf.logicalAnd(a as Tensor, b as Tensor) },
  { name: 'or', inputs: [bools, bools], fn: (a, b) => tf.logicalOr(a as Tensor, b as Tensor) },
  { name: 'not', inputs: [bools], fn: (a) => tf.logicalNot(a) },
  {
    name: 'NaN and infinity',
    inputs: [{ shape: [-1, 6], range: [-1, 1] }],
    fn: (x) => {
      const odd = tf.div(x, tf.relu(x));
      const log = tf.log(x);
      return [odd, log].flatMap((y) => [tf.isNaN(y), tf.isInf(y), tf.isFinite(y)]);
    },
  },
  {
    name: 'where',
    inputs: [bools, floats, floats],
    fn: (c, a, b) => tf.where(c as Tensor, a as Tensor, b as Tensor),
  },
  {
    name: 'where of bools and of whole numbers',
    inputs: [bools, bools, bools, small],
    fn: (c, a, b, n) => [
      tf.where(c as Tensor, a as Tensor, b as Tensor),
      tf.where(c as Tensor, tf.logicalNot(a), tf.tensor1d([true, false, true, true, false, false], 'bool')),
      tf.where(c as Tensor, n as Tensor, tf.zerosLike(n)),
    ],
  },
  {
    name: 'where of whole rows',
    inputs: [{ shape: [-1], type: 'bool' }, floats, floats],
    fn: (c, a, b) => raw('Select', [c, a, b], [eagerAttribute.type('T', DataType.float32)]),
  },
  {
    name: 'where of whole pictures',
    inputs: [{ shape: [-1], type: 'bool' }, { shape: [-1, 3, 3, 2] }],
    fn: (c, x) =>
      raw('Select', [c, behindConv(x), tf.neg(behindConv(x))], [eagerAttribute.type('T', DataType.float32)]),
  },
  {
    name: 'SelectV2, which broadcasts',
    inputs: [{ shape: [6], type: 'bool' }, floats],
    fn: (c, a) => raw('SelectV2', [c, a, tf.scalar(1)], [eagerAttribute.type('T', DataType.float32)]),
  },
];
