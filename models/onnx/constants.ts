// Nodes that are constants, as the arrays that they are: ONNX has seven ways to write one.
import { attributeType, dataType, type GraphProto, type NodeProto, type TensorProto } from './types.ts';

/**
 * What a `Constant` gives; undefined for every other node, and for sparse ones.
 * Reference: https://onnx.ai/onnx/operators/onnx__Constant.html
 */
export function constantOf({
  op_type,
  domain,
  attribute,
  output: [name = ''],
}: NodeProto): TensorProto | undefined {
  const [given] = attribute;
  if (op_type !== 'Constant' || (domain && domain !== 'ai.onnx') || given === undefined) return undefined;
  switch (given.type) {
    case attributeType.TENSOR:
      return given.t && { ...given.t, name };
    case attributeType.FLOAT:
      return { name, dims: [], data_type: dataType.FLOAT, float_data: [given.f ?? 0] };
    case attributeType.FLOATS:
      return {
        name,
        dims: [given.floats?.length ?? 0],
        data_type: dataType.FLOAT,
        float_data: given.floats ?? [],
      };
    case attributeType.INT:
      return { name, dims: [], data_type: dataType.INT64, int64_data: [given.i ?? 0] };
    case attributeType.INTS:
      return {
        name,
        dims: [given.ints?.length ?? 0],
        data_type: dataType.INT64,
        int64_data: given.ints ?? [],
      };
    case attributeType.STRING:
      return { name, dims: [], data_type: dataType.STRING, string_data: [given.s ?? new Uint8Array()] };
    case attributeType.STRINGS: {
      const strings = given.strings ?? [];
      return { name, dims: [strings.length], data_type: dataType.STRING, string_data: strings };
    }
  }
  return undefined;
}

/** Weights and constants of a graph by name, whether they are initializers or nodes. */
export function constantsOf({ initializer, node }: GraphProto): Map<string, TensorProto> {
  const constants = node.flatMap((each) => constantOf(each) ?? []);
  return new Map([...initializer, ...constants].map((tensor) => [tensor.name ?? '', tensor]));
}
