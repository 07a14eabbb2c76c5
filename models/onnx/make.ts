// Makers of ONNX messages: a node with one output, and constants.
import { type AttributeProto, dataType, type NodeProto, type TensorProto } from './schema.ts';

/** A node with one output, by whose name it is called itself. */
export function namedNode(
  operator: string,
  name: string,
  inputs: readonly string[],
  attributes: readonly AttributeProto[] = [],
): NodeProto {
  return { op_type: operator, name, input: [...inputs], output: [name], attribute: [...attributes] };
}

/** A float32 constant; one number without axes if `dims` is empty. */
export function floatTensor(
  name: string,
  values: ArrayLike<number>,
  dims: readonly number[] = [values.length],
): TensorProto {
  const raw_data = new Uint8Array(Float32Array.from(values).buffer);
  return { name, dims: [...dims], data_type: dataType.FLOAT, raw_data };
}

/** Whole numbers as int64 `[n]`: a shape, axes, indices. */
export function int64Tensor(name: string, values: readonly number[]): TensorProto {
  const raw_data = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return { name, dims: [values.length], data_type: dataType.INT64, raw_data };
}
