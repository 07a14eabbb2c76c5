// Cases: arithmetic on floats and whole numbers, and broadcasting against pictures with channels first.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case, InputSpec } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

const vectors: InputSpec = { shape: [-1, 5], range: [-3, 3] };
const positive: InputSpec = { shape: [-1, 5], range: [0.1, 3] };
/** Both zeros, halves, tenths, whole and large numbers, of either sign. */
const edges: InputSpec = {
  shape: [-1, 40],
  among: [0, -0, 1, -1, 0.1, -0.1, 0.5, -0.5, 1.5, -2.5, 3, -7, 1e-3, -1e-6, 60, -80, 1e4],
};
const fractions: InputSpec = { shape: [-1, 5], range: [-0.95, 0.95] };
const whole: InputSpec = { shape: [-1, 5], type: 'int32', range: [-9, 9] };
const wholePositive: InputSpec = { shape: [-1, 5], type: 'int32', range: [1, 5] };
const pictures: InputSpec = { shape: [-1, 3, 5, 2] };

type Unary = (x: Tensor) => Tensor;

const unary: [name: string, fn: Unary, inputs: InputSpec][] = [
  ['abs', tf.abs, vectors],
  ['abs', tf.abs, whole],
  ['neg', tf.neg, vectors],
  ['neg', tf.neg, whole],
  ['sign', tf.sign, vectors],
  ['exp', tf.exp, vectors],
  ['expm1', tf.expm1, vectors],
  ['log', tf.log, positive],
  ['log1p', tf.log1p, positive],
  ['sqrt', tf.sqrt, positive],
  ['rsqrt', tf.rsqrt, positive],
  ['square', tf.square, vectors],
  ['reciprocal', tf.reciprocal, positive],
  ['floor', tf.floor, vectors],
  ['ceil', tf.ceil, vectors],
  ['round', tf.round, vectors],
  ['round halves', (x) => tf.round(tf.div(tf.round(tf.mul(x, 4)), 2)), vectors],
  ['erf', tf.erf, vectors],
  ['Erfc', (x) => raw('Erfc', [x], float), vectors],
  ['sin', tf.sin, vectors],
  ['cos', tf.cos, vectors],
  ['tan', tf.tan, fractions],
  ['asin', tf.asin, fractions],
  ['acos', tf.acos, fractions],
  ['atan', tf.atan, vectors],
  ['sinh', tf.sinh, vectors],
  ['cosh', tf.cosh, vectors],
  ['asinh', tf.asinh, vectors],
  ['acosh', (x) => tf.acosh(tf.add(x, 1)), positive],
  ['atanh', tf.atanh, fractions],
];

type Binary = (a: Tensor, b: Tensor) => Tensor;

const float = [eagerAttribute.type('T', DataType.float32)];

const binary: [name: string, fn: Binary, a: InputSpec, b: InputSpec][] = [
  ['add', tf.add, vectors, vectors],
  ['add', tf.add, whole, whole],
  ['AddV2', (a, b) => raw('AddV2', [a, b], float), vectors, vectors],
  ['Div', (a, b) => raw('Div', [a, b], float), vectors, positive],
  ['sub', tf.sub, vectors, vectors],
  ['mul', tf.mul, whole, whole],
  ['div', tf.div, vectors, positive],
  ['DivNoNan', (a, b) => raw('DivNoNan', [a, tf.relu(b)], float), vectors, vectors],
  ['divNoNan as tfjs writes it', (a, b) => tf.divNoNan(a, tf.relu(b)), vectors, vectors],
  ['floorDiv', tf.floorDiv, whole, wholePositive],
  ['floorDiv', (a, b) => tf.floorDiv(a, tf.neg(b)), whole, wholePositive],
  ['floorDiv', (a, b) => raw('FloorDiv', [a, b], float), vectors, positive],
  ['mod', tf.mod, vectors, positive],
  ['mod', (a, b) => tf.mod(a, tf.neg(b)), vectors, positive],
  ['mod', tf.mod, whole, wholePositive],
  ['maximum', tf.maximum, vectors, vectors],
  ['maximum', tf.maximum, whole, whole],
  ['minimum', tf.minimum, vectors, vectors],
  ['pow', tf.pow, positive, vectors],
  ['atan2', tf.atan2, vectors, vectors],
  // Straight up, straight down, and nowhere.
  ['atan2', (a, b) => tf.atan2(a, tf.mul(b, 0)), vectors, positive],
  ['atan2', (a, b) => tf.atan2(tf.mul(a, 0), b), positive, vectors],
  ['squaredDifference', tf.squaredDifference, vectors, vectors],
  ['broadcast', tf.add, { shape: [-1, 1, 5] }, { shape: [-1, 4, 1] }],
];

/** `[N,3,5,4]`, channels first in ONNX. */
const behindConv = (x: Tensor): Tensor =>
  tf.conv2d(x as Tensor4D, weight('before', [1, 1, 2, 4]) as Tensor4D, 1, 'same');

/** Operands of every rank that broadcast against `[N,3,5,4]`. */
const operands: [name: string, shape: readonly number[]][] = [
  ['a number', []],
  ['one', [1]],
  ['one in four dimensions', [1, 1, 1, 1]],
  ['channels', [4]],
  ['channels in four dimensions', [1, 1, 1, 4]],
  ['columns and channels', [5, 4]],
  ['columns', [5, 1]],
  ['rows', [3, 1, 1]],
  ['a picture', [3, 5, 4]],
  ['a picture in four dimensions', [1, 3, 5, 4]],
  ['places', [3, 5, 1]],
];

const channelsFirst = operands.flatMap(([name, shape]): Case[] => [
  {
    name: `channels first minus ${name}`,
    inputs: [pictures],
    fn: (x) => tf.relu(tf.sub(behindConv(x), weight('operand', shape))),
  },
  {
    name: `channels first times ${name}, which is computed`,
    inputs: [pictures, { shape }],
    fn: (x, y) => tf.relu(tf.mul(tf.sigmoid(y), behindConv(x))),
  },
]);

/** Each operand once as bias of a convolution that can take it and once where others see the bare result. */
const biases: Case[] = [
  { name: 'bias', inputs: [pictures], fn: (x) => tf.add(behindConv(x), weight('bias', [4])) },
  { name: 'bias first', inputs: [pictures], fn: (x) => tf.add(weight('bias', [4]), behindConv(x)) },
  {
    name: 'bias in four dimensions',
    inputs: [pictures],
    fn: (x) => tf.add(behindConv(x), weight('bias', [1, 1, 1, 4])),
  },
  {
    name: 'bias of a result that others use',
    inputs: [pictures],
    fn: (x) => {
      const y = behindConv(x);
      return [tf.add(y, weight('bias', [4])), tf.tanh(y)];
    },
  },
  {
    name: 'bias of an output',
    inputs: [pictures],
    fn: (x) => {
      const y = behindConv(x);
      return [tf.add(y, weight('bias', [4])), y];
    },
  },
  {
    name: 'two biases',
    inputs: [pictures],
    fn: (x) => tf.add(tf.add(behindConv(x), weight('bias', [4])), weight('other', [4])),
  },
  {
    name: 'not a bias: one number per column',
    inputs: [{ shape: [-1, 3, 4, 2] }],
    fn: (x) => tf.add(behindConv(x), weight('columns', [4, 1])),
  },
  {
    name: 'not a bias: one number per place',
    inputs: [pictures],
    fn: (x) => tf.add(behindConv(x), weight('places', [3, 5, 4])),
  },
  {
    name: 'not a bias: the channels have moved',
    inputs: [{ shape: [-1, 1, 1, 2] }],
    fn: (x) => tf.add(tf.reshape(behindConv(x), [x.shape[0] ?? 1, 4, 1, 1]), weight('one', [1])),
  },
  {
    name: 'BiasAdd of vectors, pictures and sequences',
    inputs: [{ shape: [-1, 4] }, { shape: [-1, 3, 3, 4] }, { shape: [-1, 6, 4] }],
    fn: (...inputs) =>
      inputs.map((x) =>
        raw('BiasAdd', [x, weight('bias', [4])], [...float, eagerAttribute.string('data_format', 'NHWC')]),
      ),
  },
  {
    name: 'dense with bias, used twice',
    inputs: [{ shape: [-1, 3] }],
    fn: (x) => {
      const y = tf.matMul(x as Tensor<never>, weight('dense', [3, 4]) as Tensor<never>);
      return [tf.add(y, weight('bias', [4])), tf.add(y, weight('other', [4]))];
    },
  },
];

const mixed: Case[] = [
  {
    name: 'channels first plus channels last',
    inputs: [pictures, { shape: [-1, 3, 5, 4] }],
    fn: (x, y) => tf.add(tf.relu(y), behindConv(x)),
  },
  {
    name: 'channels first times a vector per picture',
    inputs: [pictures, { shape: [-1, 4] }],
    fn: (x, y) => tf.mul(behindConv(x), tf.reshape(y, [y.shape[0] ?? 1, 1, 1, 4])),
  },
  {
    name: 'channels first against five dimensions',
    inputs: [pictures],
    fn: (x) => tf.add(behindConv(x), weight('five', [2, 1, 3, 5, 4])),
  },
  { name: 'addN', inputs: [vectors, vectors, vectors], fn: (...inputs) => tf.addN(inputs) },
  { name: 'addN of whole numbers', inputs: [whole, whole], fn: (...inputs) => tf.addN(inputs) },
  {
    name: 'addN of both layouts',
    inputs: [pictures, { shape: [-1, 3, 5, 4] }],
    fn: (x, y) => tf.addN([y, behindConv(x), behindConv(x)]),
  },
  {
    name: 'standardize bytes',
    inputs: [{ shape: [-1, 3, 5, 3], type: 'uint8' }],
    fn: (x) => {
      const cast = [
        eagerAttribute.type('SrcT', DataType.uint8),
        eagerAttribute.type('DstT', DataType.float32),
        eagerAttribute.bool('Truncate', false),
      ];
      const floats = backend.executeSingleOutput('Cast', cast, [x]);
      return tf.conv2d(
        tf.div(tf.sub(floats, [120, 110, 100]), [60, 50, 40]) as Tensor4D,
        weight('rgb', [3, 3, 3, 2]) as Tensor4D,
        1,
        'same',
      );
    },
  },
];

export const arithmeticCases: Case[] = [
  ...unary.map(
    ([name, fn, input]): Case => ({
      name: `${name} of ${input.type ?? 'float32'} ${input.range}`,
      inputs: [input],
      fn: (x) => fn(x),
    }),
  ),
  ...binary.map(
    ([name, fn, a, b], i): Case => ({
      name: `${name} (${i}) of ${a.type ?? 'float32'}`,
      inputs: [a, b],
      fn: (x, y) => fn(x as Tensor, y as Tensor),
    }),
  ),
  ...unary
    .filter(([name, , { type }]) => type === undefined && name !== 'round halves')
    .map(([name, fn]): Case => ({ name: `${name} at its edges`, inputs: [edges], fn: (x) => fn(x) })),
  ...binary
    .filter(([, , { type, range }]) => type === undefined && range !== undefined)
    .map(
      ([name, fn], i): Case => ({
        name: `${name} (${i}) at its edges`,
        inputs: [edges, edges],
        fn: (x, y) => fn(x as Tensor, y as Tensor),
      }),
    ),
  ...channelsFirst,
  ...biases,
  ...mixed,
];
