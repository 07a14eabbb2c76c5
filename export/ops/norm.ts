// Normalization: batch norm by moving statistics, and local response normalization.
import { attribute } from '../graph/onnx.ts';
import type { Converter, OpFamily } from '../graph/op.ts';
import { inLayout, plain, reshaped } from '../graph/operands.ts';

/**
 * Batch norm in inference, kept as one operator: onnxruntime folds it into the convolution when it loads the file,
 * and training can go on from a file that keeps it.
 * Reference: https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
 */
const batchNorm: Converter = (op) => {
  if (op.flag('is_training', true))
    throw op.unsupported('batch norm in training', 'Trace the network with `training: false`.');
  const [x, ...parameters] = op.inputs.slice(0, 5);
  if (x === undefined) throw new Error('batch norm without an input');
  const [first, second, ...rest] = x.shape;
  // tfjs writes vectors [N,C] as [1,1,N,C] first; ONNX takes vectors as they are.
  const vectors = first === 1 && second === 1;
  const input = vectors
    ? plain(op.build, reshaped(op.build, x, rest))
    : inLayout(op.build, x, 'channelsFirst');
  const name = op.emit(
    'BatchNormalization',
    [input, ...parameters.map((parameter) => plain(op.build, parameter))],
    [attribute.float('epsilon', op.number('epsilon', 1e-4))],
  );
  const result = op.result(name, vectors ? 'channelsLast' : 'channelsFirst');
  return vectors ? reshaped(op.build, { ...result, shape: rest }, x.shape) : result;
};

/**
 * x / (bias + alpha * sum of squares of the neighboring channels) ^ beta. ONNX divides its alpha by their number.
 * Reference: https://onnx.ai/onnx/operators/onnx__LRN.html
 */
const localResponse: Converter = (op) => {
  const size = 2 * op.number('depth_radius', 5) + 1;
  const name = op.emit(
    'LRN',
    [inLayout(op.build, op.input(0), 'channelsFirst')],
    [
      attribute.float('alpha', op.number('alpha', 1) * size),
      attribute.float('beta', op.number('beta', 0.5)),
      attribute.float('bias', op.number('bias', 1)),
      attribute.int('size', size),
    ],
  );
  return op.result(name, 'channelsFirst');
};

export const norm: OpFamily = {
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  LRN: localResponse,
};
