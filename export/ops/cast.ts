// Changes of element type, and ops that change nothing.
import { attribute, onnxType } from '../graph/onnx.ts';
import type { Converter, OpFamily } from '../graph/op.ts';
import { asIs } from '../graph/operands.ts';

/** Numbers are cut off toward zero in both. */
const cast: Converter = (op) => {
  const x = op.input(0);
  const type = onnxType(op.node.outputs[0]?.dtype ?? 0);
  if (type === undefined) throw op.unsupported('a cast to this type', 'Use float32, int32 or bool.');
  if (type === x.type) return x;
  return op.result(op.emit('Cast', [asIs(op.build, x)], [attribute.int('to', type)]), x.layout);
};

/** In inference their result is their input. */
const nothing: Converter = (op) => op.input(0);

export const casts: OpFamily = {
  Cast: cast,
  Identity: nothing,
  Snapshot: nothing,
  StopGradient: nothing,
  PreventGradient: nothing,
};
