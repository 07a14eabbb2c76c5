// Which boxes are kept of those that overlap. Only the padded form has a size that a trace knows.
import { dataType } from '../../models/onnx/schema.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, OpFamily } from '../graph/op.ts';
import { plain } from '../graph/operands.ts';

/**
 * Numbers of the boxes that are kept, the best first, with zeros behind them up to the most that there may be, and how
 * many there are.
 * Reference: https://onnx.ai/onnx/operators/onnx__NonMaxSuppression.html
 */
const nonMaxSuppression: Converter = (op) => {
  const { build } = op;
  if (!op.flag('pad_to_max_output_size', false))
    throw op.unsupported(
      'a list of boxes as long as there are any',
      'Give nonMaxSuppressionPadded its padToMaxOutputSize.',
    );
  const [most = 0] = op.integers(2);
  const boxes = op.emit('Unsqueeze', [plain(build, op.input(0)), build.integers([0])]);
  const scores = op.emit('Unsqueeze', [plain(build, op.input(1)), build.integers([0, 1])]);
  const thresholds = [op.input(3), op.input(4)].map((value) => plain(build, value));
  // [kept,3]: picture, class and box.
  const kept = op.emit('NonMaxSuppression', [boxes, scores, build.integers([most]), ...thresholds]);
  const column = op.emit('Slice', [kept, build.integers([2]), build.integers([3]), build.integers([1])]);
  const numbers = op.emit('Reshape', [column, build.integers([-1])]);
  const padded = op.emit(
    'Concat',
    [numbers, build.integers(new Array<number>(most).fill(0))],
    [attribute.int('axis', 0)],
  );
  const first = op.emit('Slice', [padded, build.integers([0]), build.integers([most]), build.integers([0])]);
  const count = op.emit('Squeeze', [op.emit('Shape', [numbers]), build.integers([0])]);
  return [first, count].map((name, i) =>
    op.result(op.emit('Cast', [name], [attribute.int('to', dataType.INT32)]), 'channelsLast', i),
  );
};

export const boxes: OpFamily = { NonMaxSuppressionV4: nonMaxSuppression };
