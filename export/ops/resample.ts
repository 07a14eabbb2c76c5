// Pictures in another size by rules that ONNX's Resize has not, or not to the last digit: a product with a matrix for
// each axis. TensorFlow itself says what is in the matrices.
import { dataType } from '../../models/onnx/schema.ts';
import { transpose } from '../../models/onnx/transpose.ts';
import type { Constant } from '../../train/graph/graph.ts';
import { DataType } from '../../train/graph/tensorflow.ts';
import { isFixed } from '../graph/dimensions.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op } from '../graph/op.ts';
import { inLayout } from '../graph/operands.ts';
import { compute } from '../passes/fold.ts';

/** What is done to height and to width: how many pixels come out, and of ScaleAndTranslate by what and where. */
type Pair = readonly [height: number, width: number];

/**
 * ResizeBicubic, ResizeArea and ScaleAndTranslate, which resizes with antialiasing. They compute rows and columns one
 * after the other, each pixel of the result a weighted sum of pixels: the result for a picture with one pixel that is 1
 * is a column of the matrix.
 */
export const resample: Converter = (op) => {
  const x = op.input(0);
  const [, height = 1, width = 1] = x.shape;
  if (!isFixed([height, width]))
    throw op.unsupported(`this rule for ${op.build.advice.inputs}`, op.build.advice.wayOut);
  const name = inLayout(op.build, x, 'channelsFirst');
  const floats =
    x.type === dataType.FLOAT ? name : op.emit('Cast', [name], [attribute.int('to', dataType.FLOAT)]);
  const columns = op.emit('MatMul', [floats, weights(op, 'width', width)]);
  return op.result(op.emit('MatMul', [weights(op, 'height', height), columns]), 'channelsFirst');
};

/** The weights of the rows, `[new,old]`, or of the columns, `[old,new]`. */
function weights(op: Op, axis: 'height' | 'width', from: number): string {
  // A row or column of pixels, of which each is 1 in a channel of its own.
  const line = axis === 'height' ? [1, from, 1, from] : [1, 1, from, from];
  const ones = Float32Array.from({ length: from * from }, (_, i) => (i % (from + 1) === 0 ? 1 : 0));
  // The other axis has one pixel, and keeps it: size 1, scale 1, moved by 0.
  const kept = [1, 1, 0];
  const settings = op.inputs.slice(1).map((_, i): Constant => {
    const [height, width] = pairOf(op, i + 1);
    const pair = axis === 'height' ? [height, kept[i] ?? 0] : [kept[i] ?? 0, width];
    return i === 0
      ? constant(DataType.int32, [2], Int32Array.from(pair))
      : constant(DataType.float32, [2], Float32Array.from(pair));
  });
  const [made] = compute(op.node, [constant(DataType.float32, line, ones), ...settings]);
  if (made === undefined) throw new Error(`${op.node.op} has no result`);
  const [rows, columns] = [made.bytes.length / Float32Array.BYTES_PER_ELEMENT / from, from];
  if (axis === 'height')
    return op.build.constant({ type: dataType.FLOAT, dims: [rows, columns], bytes: made.bytes });
  const bytes = transpose(made.bytes, [rows, columns], [1, 0], Float32Array.BYTES_PER_ELEMENT);
  return op.build.constant({ type: dataType.FLOAT, dims: [columns, rows], bytes });
}

function constant(dtype: number, shape: readonly number[], { buffer }: Float32Array | Int32Array): Constant {
  return { dtype, shape, bytes: new Uint8Array(buffer) };
}

/** A constant input of two numbers. */
function pairOf(op: Op, index: number): Pair {
  const { type, constant: known } = op.input(index);
  if (known === undefined || type !== dataType.FLOAT) {
    const [height = 1, width = 1] = op.integers(index);
    return [height, width];
  }
  const [height = 1, width = 1] = new Float32Array(known.bytes.slice().buffer);
  return [height, width];
}
