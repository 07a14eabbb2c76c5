// Makers of ONNX messages: a node with one output, and constants.
import { attribute } from './attribute.ts';
import { type AttributeProto, dataType, type NodeProto, type TensorProto } from './schema.ts';
import type { DimensionProto, ValueInfoProto } from './types.ts';

/** A node with one output, by whose name it is called itself. */
export function namedNode(
  operator: string,
  name: string,
  inputs: readonly string[],
  attributes: readonly AttributeProto[] = [],
): NodeProto {
  return { op_type: operator, name, input: [...inputs], output: [name], attribute: [...attributes] };
}

/**
 * Nodes that make float32 `[N,F]` of a value of floats of any width and any sides after `N`.
 *
 * @param floats - the name of the value in between.
 */
export function flatFloats(value: string, floats: string, output: string): NodeProto[] {
  return [
    namedNode('Cast', floats, [value], [attribute.int('to', dataType.FLOAT)]),
    namedNode('Flatten', output, [floats], [attribute.int('axis', 1)]),
  ];
}

/** What is said of a float32 value, its sides each a number, or a name of any number, or nothing. */
export function floatValue(name: string, dim: readonly DimensionProto[]): ValueInfoProto {
  return { name, type: { tensor_type: { elem_type: dataType.FLOAT, shape: { dim: [...dim] } } } };
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
