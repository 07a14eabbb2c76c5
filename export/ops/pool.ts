// Pooling: the largest value or the mean of each window.
import type { Converter, OpFamily } from '../graph/op.ts';
import { inLayout } from '../graph/operands.ts';
import { windowAttributes, windowsOf } from './windows.ts';

/** Both leave padding out of the result, as TensorFlow does (ONNX: `count_include_pad` is 0). */
function pooling(operator: 'MaxPool' | 'AveragePool'): Converter {
  return (op) => {
    const x = op.input(0);
    const windows = windowsOf(op, x.shape, op.ints('ksize').slice(1, -1));
    const name = op.emit(operator, [inLayout(op.build, x, 'channelsFirst')], windowAttributes(windows));
    return op.result(name, 'channelsFirst');
  };
}

export const pool: OpFamily = {
  MaxPool: pooling('MaxPool'),
  MaxPool3D: pooling('MaxPool'),
  AvgPool: pooling('AveragePool'),
  AvgPool3D: pooling('AveragePool'),
};
