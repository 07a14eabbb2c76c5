// Cases: products of matrices and of stacks of matrices, transposed or not, with weights and without.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { raw } from './raw.ts';
import { weight } from './weight.ts';

const matMul = (a: Tensor, b: Tensor, transposeA = false, transposeB = false): Tensor =>
  tf.matMul(a, b, transposeA, transposeB);

const bools = [false, true];

export const matmulCases: Case[] = [
  { name: 'dense', inputs: [{ shape: [-1, 5] }], fn: (x) => matMul(x, weight('w', [5, 3])) },
  {
    name: 'dense, transposed weights',
    inputs: [{ shape: [-1, 5] }],
    fn: (x) => tf.add(matMul(x, weight('w', [3, 5]), false, true), weight('b', [3])),
  },
  {
    name: 'transposed input',
    inputs: [{ shape: [5, 4] }],
    fn: (x) => matMul(x, weight('w', [5, 3]), true),
  },
  {
    name: 'MatMul',
    inputs: [{ shape: [-1, 5] }],
    fn: (x) =>
      raw(
        'MatMul',
        [x, weight('w', [3, 5])],
        [eagerAttribute.type('T', DataType.float32), eagerAttribute.bool('transpose_b', true)],
      ),
  },
  {
    name: 'BatchMatMul',
    inputs: [{ shape: [-1, 2, 5] }, { shape: [-1, 5, 3] }],
    fn: (a, b) => raw('BatchMatMul', [a, b], [eagerAttribute.type('T', DataType.float32)]),
  },
  ...bools.flatMap((a) =>
    bools.map(
      (b): Case => ({
        name: `stacks ${a ? 'transposed' : ''} by ${b ? 'transposed' : ''}`,
        inputs: [{ shape: a ? [-1, 5, 4] : [-1, 4, 5] }, { shape: b ? [-1, 3, 5] : [-1, 5, 3] }],
        fn: (x, y) => matMul(x as Tensor, y as Tensor, a, b),
      }),
    ),
  ),
  {
    name: 'stacks by one transposed weight',
    inputs: [{ shape: [-1, 4, 5] }],
    fn: (x) => tf.add(matMul(x, weight('w', [1, 3, 5]), false, true), weight('b', [3])),
  },
  {
    name: 'whole numbers',
    inputs: [
      { shape: [-1, 4, 5], type: 'int32', range: [-9, 9] },
      { shape: [5, 3], type: 'int32', range: [-9, 9] },
    ],
    fn: (x, y) => [
      tf.matMul(x as Tensor, tf.ones([5, 2], 'int32')),
      tf.matMul(y as Tensor, y as Tensor, true),
      tf.matMul(tf.expandDims(y as Tensor), tf.ones([1, 3, 2], 'int32')),
    ],
  },
  {
    name: 'einsum',
    inputs: [{ shape: [-1, 4, 5] }, { shape: [-1, 3, 5] }],
    fn: (x, y) => tf.einsum('bij,bkj->bik', x as Tensor, y as Tensor),
  },
  {
    name: 'attention',
    inputs: [{ shape: [-1, 6, 4] }],
    fn: (x) => {
      const [q, k, v] = ['q', 'k', 'v'].map((name) => matMul(x, weight(name, [1, 4, 4])));
      const scores = tf.softmax(tf.mul(matMul(q as Tensor, k as Tensor, false, true), 0.5));
      return matMul(scores, v as Tensor);
    },
  },
];
