// Shapes: other dimensions for the same elements, other orders of axes, and elements that are repeated.
import { placeOf } from '../graph/layout.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, OpFamily } from '../graph/op.ts';
import { asIs, plain, reshaped, shapeTensor } from '../graph/operands.ts';

/** Reshape, ExpandDims and Squeeze: the shape of the result is known, but for the batch. */
const reshape: Converter = (op) => {
  const { shape } = op.result('');
  return reshaped(op.build, op.input(0), shape);
};

const transpose: Converter = (op) => {
  const [x, axes] = [op.input(0), op.integers(1)];
  const rank = x.shape.length;
  const perm = axes.map((axis) => placeOf(axis, x.layout, rank));
  const name = asIs(op.build, x);
  // A picture whose channels are first already may have the order that is asked for.
  if (perm.every((place, i) => place === i)) return op.result(name);
  return op.result(op.emit('Transpose', [name], [attribute.ints('perm', perm)]));
};

/** Axes of one number are repeated, and new ones come before all others. */
const broadcastTo: Converter = (op) => {
  const { shape } = op.result('');
  return op.result(op.emit('Expand', [plain(op.build, op.input(0)), shapeTensor(op.build, shape)]));
};

export const shape: OpFamily = {
  Reshape: reshape,
  ExpandDims: reshape,
  Squeeze: reshape,
  Transpose: transpose,
  BroadcastTo: broadcastTo,
};
