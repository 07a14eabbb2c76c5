// Normalization: batch norm by moving statistics, and local response normalization.
import { attribute } from '../graph/onnx.ts';
import type { Converter, OpFamily } from '../graph/op.ts';
import { inLayout, plain, reshaped, scalar } from '../graph/operands.ts';

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
 * x / (bias + alpha * sum of squares of the neighboring channels) ^ beta. The sum is an average over channels, times their
 * number: onnxruntime's LRN adds the next square to the sum before and takes the last one away, which leaves the rounding
 * of 255^2 to the channels after it (onnxruntime/core/providers/cpu/nn/lrn.cc).
 */
const localResponse: Converter = (op) => {
  const { build } = op;
  const radius = op.number('depth_radius', 5);
  const size = 2 * radius + 1;
  const x = inLayout(build, op.input(0), 'channelsFirst');
  const number = (value: number) => scalar(build, value, op.input(0).type);
  // [N,1,C,H,W], so that channels can be pooled.
  const squares = op.emit('Unsqueeze', [op.emit('Mul', [x, x]), build.integers([1])]);
  const averages = op.emit(
    'AveragePool',
    [squares],
    [
      attribute.ints('kernel_shape', [size, 1, 1]),
      attribute.ints('pads', [radius, 0, 0, radius, 0, 0]),
      attribute.int('count_include_pad', 1),
    ],
  );
  const average = op.emit('Squeeze', [averages, build.integers([1])]);
  const scaled = op.emit('Mul', [average, number(op.number('alpha', 1) * size)]);
  const sum = op.emit('Add', [scaled, number(op.number('bias', 1))]);
  const power = op.emit('Pow', [sum, number(op.number('beta', 0.5))]);
  return op.result(op.emit('Div', [x, power]), 'channelsFirst');
};

export const norm: OpFamily = {
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  LRN: localResponse,
};
