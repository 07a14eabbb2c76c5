// Pooling: the largest value or the mean of each window.
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { inLayout } from '../graph/operands.ts';
import { type Windows, windowAttributes, windowsOf } from './windows.ts';

/** Both leave padding out of the result, as TensorFlow does (ONNX: `count_include_pad` is 0). */
function pooling(operator: 'MaxPool' | 'AveragePool'): Converter {
  return (op) => {
    const x = op.input(0);
    const windows = withGaps(op, windowsOf(op, x.shape, op.ints('ksize').slice(1, -1)));
    const name = op.emit(operator, [inLayout(op.build, x, 'channelsFirst')], windowAttributes(windows));
    return op.result(name, 'channelsFirst');
  };
}

/**
 * Padding 'SAME' of a size that varies, for windows with gaps between them, to which onnxruntime would give negative
 * pads. At the end of the picture a window of two pixels may lack one of them: one that is too many is in no window.
 */
function withGaps(op: Op, windows: Windows): Windows {
  const { kernel, strides, pads } = windows;
  if (pads !== 'SAME_UPPER' || kernel.every((size, i) => size >= (strides[i] ?? 1))) return windows;
  if (kernel.some((size) => size > 2))
    throw op.unsupported(
      `windows of ${kernel.join('x')} with strides of ${strides.join('x')} over ${op.build.advice.inputs}`,
      op.build.advice.wayOut,
    );
  return { ...windows, pads: [...kernel.map(() => 0), ...kernel.map((size) => size - 1)] };
}

export const pool: OpFamily = {
  MaxPool: pooling('MaxPool'),
  MaxPool3D: pooling('MaxPool'),
  AvgPool: pooling('AveragePool'),
  AvgPool3D: pooling('AveragePool'),
};
