// Cases: changes of element type, and ops that change nothing.
import { DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { raw } from './raw.ts';

const nothing = ['Identity', 'Snapshot', 'StopGradient', 'PreventGradient'];

export const castCases: Case[] = [
  {
    name: 'float32 to others',
    inputs: [{ shape: [-1, 6], range: [-3, 3] }],
    fn: (x) => [tf.cast(x, 'int32'), tf.cast(x, 'bool'), tf.cast(tf.relu(x), 'bool')],
  },
  {
    name: 'int32 to others',
    inputs: [{ shape: [-1, 6], type: 'int32', range: [-2, 2] }],
    fn: (x) => [tf.cast(x, 'float32'), tf.cast(x, 'bool')],
  },
  {
    name: 'bool to others',
    inputs: [{ shape: [-1, 6], type: 'bool' }],
    fn: (x) => [tf.cast(x, 'float32'), tf.cast(x, 'int32')],
  },
  ...nothing.map(
    (op): Case => ({
      name: op,
      inputs: [{ shape: [-1, 3] }],
      fn: (x) => tf.relu(raw(op, [x], [eagerAttribute.type('T', DataType.float32)])),
    }),
  ),
];
