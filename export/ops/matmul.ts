// Matrix products.
import { dataType } from '../../models/onnx/schema.ts';
import { attribute } from '../graph/onnx.ts';
import type { Converter, Op, OpFamily } from '../graph/op.ts';
import { permuted, plain, reshaped } from '../graph/operands.ts';
import type { Value } from '../graph/value.ts';

/**
 * Of two matrices a Gemm, which can take a bias; of stacks of matrices a MatMul, which broadcasts them. tfjs writes
 * matrices as stacks of one.
 * Reference: https://onnx.ai/onnx/operators/onnx__Gemm.html
 */
const product: Converter = (op) => {
  const [a, b] = [matrix(op, op.input(0)), matrix(op, op.input(1))];
  const transposeA = op.flag('adj_x', op.flag('transpose_a', false));
  const transposeB = op.flag('adj_y', op.flag('transpose_b', false));
  // onnxruntime's Gemm is for real numbers.
  if (a.shape.length > 2 || b.shape.length > 2 || a.type !== dataType.FLOAT)
    return ofStacks(op, op.emit('MatMul', [stack(op, a, transposeA), stack(op, b, transposeB)]), [a, b]);
  const attributes = [
    ...(transposeA ? [attribute.int('transA', 1)] : []),
    ...(transposeB ? [attribute.int('transB', 1)] : []),
  ];
  const result = op.result(op.emit('Gemm', [plain(op.build, a), plain(op.build, b)], attributes));
  return reshaped(op.build, { ...result, shape: result.shape.slice(-2) }, result.shape);
};

/** The result of a product whose operands may have lost their leading ones. */
function ofStacks(op: Op, name: string, factors: readonly Value[]): Value {
  const result = op.result(name);
  const rank = Math.max(...factors.map(({ shape }) => shape.length));
  return reshaped(op.build, { ...result, shape: result.shape.slice(-rank) }, result.shape);
}

/** A stack of one as the matrix that it holds. */
function matrix(op: Op, value: Value): Value {
  const single = value.shape.slice(0, -2).every((size) => size === 1);
  return single ? reshaped(op.build, value, value.shape.slice(-2)) : value;
}

/** A stack of matrices, each transposed if need be. */
function stack(op: Op, value: Value, transposed: boolean): string {
  if (!transposed) return plain(op.build, value);
  const axes = value.shape.map((_, axis) => axis);
  return permuted(op.build, value, [...axes.slice(0, -2), ...axes.slice(-2).reverse()]);
}

const einsum: Converter = (op) => {
  const names = op.inputs.map((value) => plain(op.build, value));
  return op.result(op.emit('Einsum', names, [attribute.text('equation', op.text('equation', ''))]));
};

export const matmul: OpFamily = {
  BatchMatMul: product,
  BatchMatMulV2: product,
  MatMul: product,
  Einsum: einsum,
};
