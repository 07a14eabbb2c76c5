// Gray morphology: the largest sum of a picture's place and the filter's, over the filter.
import { dataType } from '../../models/onnx/schema.ts';
import { isFixed } from '../graph/dimensions.ts';
import type { Converter, OpFamily } from '../graph/op.ts';
import { permuted, plain, scalar } from '../graph/operands.ts';
import { samePadding } from './windows.ts';

/** The smallest float32: what TensorFlow takes for places outside the picture. */
const LOWEST = -3.4028234663852886e38;

/**
 * ONNX has no such operator: for every place of the filter `[h,w,C]` one slice of the padded picture, plus the
 * filter's numbers there; then the largest of all.
 * Reference: https://www.tensorflow.org/api_docs/python/tf/nn/dilation2d
 */
const dilation: Converter = (op) => {
  const { build } = op;
  const [x, filter] = [op.input(0), op.input(1)];
  const [filterHeight = 1, filterWidth = 1, channels = 1] = filter.shape;
  const window = [filterHeight, filterWidth];
  const [strides, rates] = [op.ints('strides').slice(1, 3), op.ints('rates').slice(1, 3)];
  const sizes = x.shape.slice(1, 3);
  const targets = op.result('').shape.slice(1, 3);
  if (!isFixed(sizes)) throw op.unsupported(`morphology over ${build.advice.inputs}`, build.advice.wayOut);
  const totals = sizes.map((size, i) =>
    op.text('padding', 'VALID') === 'SAME'
      ? samePadding(size, window[i] ?? 1, strides[i] ?? 1, rates[i] ?? 1)
      : 0,
  );
  const pads = [Math.floor, Math.ceil].flatMap((round) => [0, ...totals.map((total) => round(total / 2)), 0]);
  const padded = op.emit('Pad', [plain(build, x), build.integers(pads), scalar(build, LOWEST)]);
  const rows = permuted(build, filter, [0, 1, 2], [filterHeight * filterWidth, channels]);
  const sums = Array.from({ length: filterHeight * filterWidth }, (_, place) => {
    const starts = [Math.floor(place / filterWidth), place % filterWidth].map(
      (at, i) => at * (rates[i] ?? 1),
    );
    const ends = starts.map((start, i) => start + ((targets[i] ?? 1) - 1) * (strides[i] ?? 1) + 1);
    const slice = op.emit('Slice', [
      padded,
      ...[starts, ends, [1, 2], strides].map((list) => build.integers(list)),
    ]);
    const index = build.constant({ type: dataType.INT64, dims: [], bytes: int64(place) });
    return op.emit('Add', [slice, op.emit('Gather', [rows, index])]);
  });
  return op.result(op.emit('Max', sums));
};

function int64(value: number): Uint8Array {
  return new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
}

export const morphology: OpFamily = { Dilation2D: dilation };
