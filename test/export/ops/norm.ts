// Cases: batch norm on pictures, vectors and sequences; local response normalization.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-node-gpu';
import { backend, DataType, eagerAttribute, tf } from '../../../train/graph/tensorflow.ts';
import type { Case } from '../support.ts';
import { weight } from './weight.ts';

const mean = weight('mean', [4]);
const variance = tf.abs(weight('variance', [4]));
const offset = weight('offset', [4]);
const scale = weight('scale', [4]);

const batchNorm = (x: Tensor) => tf.batchNorm(x as Tensor<never>, mean, variance, offset, scale, 1e-3);

const laterVersions = (x: Tensor): Tensor => {
  const attributes = [
    eagerAttribute.type('T', DataType.float32),
    eagerAttribute.type('U', DataType.float32),
    eagerAttribute.float('epsilon', 1e-3),
    eagerAttribute.string('data_format', 'NHWC'),
    eagerAttribute.bool('is_training', false),
  ];
  const inputs = [x, scale, offset, mean, variance];
  const outputs = (['FusedBatchNormV2', 'FusedBatchNormV3'] as const).map(
    (op, i) => backend.executeMultipleOutputs(op, attributes, inputs, 5 + i)[0] as Tensor,
  );
  return tf.addN(outputs);
};

export const normCases: Case[] = [
  { name: 'batchNorm of pictures', inputs: [{ shape: [-1, 3, 5, 4] }], fn: batchNorm },
  { name: 'batchNorm of vectors', inputs: [{ shape: [-1, 4] }], fn: batchNorm },
  { name: 'batchNorm of sequences', inputs: [{ shape: [-1, 6, 4] }], fn: batchNorm },
  { name: 'batchNorm, later versions', inputs: [{ shape: [-1, 3, 5, 4] }], fn: laterVersions },
  {
    name: 'batchNorm without scale and offset',
    inputs: [{ shape: [-1, 3, 5, 4] }],
    fn: (x) => tf.batchNorm(x as Tensor4D, mean as Tensor<never>, variance as Tensor<never>),
  },
  {
    name: 'batchNorm with a mean per place',
    inputs: [{ shape: [-1, 3, 2, 4] }],
    fn: (x) =>
      tf.batchNorm(
        x as Tensor4D,
        weight('m', [1, 3, 2, 4]) as Tensor4D,
        tf.abs(weight('v', [1, 3, 2, 4])) as Tensor4D,
      ),
  },
  {
    name: 'localResponseNormalization',
    inputs: [{ shape: [-1, 3, 5, 9] }],
    fn: (x) => tf.localResponseNormalization(x as Tensor4D, 2, 1.5, 0.7, 0.6),
  },
  {
    name: 'localResponseNormalization of small channels beside large ones',
    inputs: [{ shape: [-1, 3, 5, 9], among: [1 / 3, -2 / 3, 0.1, 1.5, 255, -100] }],
    fn: (x) => tf.localResponseNormalization(x as Tensor4D, 2, 1, 0.5, 0.75),
  },
];
