// Small makers of ONNX messages, and what TensorFlow's types are called in ONNX.
import { type DimensionProto, dataType, type ValueInfoProto } from '../../models/onnx/schema.ts';
import { DataType } from '../../train/graph/tensorflow.ts';
import { BATCH, isDynamic } from './dimensions.ts';

export { attribute } from '../../models/onnx/attribute.ts';

const onnxTypes: ReadonlyMap<number, number> = new Map([
  [DataType.float32, dataType.FLOAT],
  [DataType.int32, dataType.INT32],
  [DataType.uint8, dataType.UINT8],
  [DataType.int64, dataType.INT64],
  [DataType.bool, dataType.BOOL],
]);

/** ONNX's code for a type that TensorFlow calls `type`; undefined for those that no exported model holds. */
export function onnxType(type: number): number | undefined {
  return onnxTypes.get(type);
}

/** Bytes of one element of each type that is exported. */
export function bytesPerElement(type: number): number {
  switch (type) {
    case dataType.FLOAT:
    case dataType.INT32:
      return 4;
    case dataType.INT64:
      return 8;
    default:
      return 1;
  }
}

/**
 * Declares an input or output of the graph.
 * @param names - Of sizes that vary; the batch is `N` anyway.
 */
export function valueInfo(
  name: string,
  elementType: number,
  shape: readonly number[],
  names: ReadonlyMap<number, string> = new Map(),
): ValueInfoProto {
  const dim = shape.map((size): DimensionProto => {
    if (!isDynamic(size)) return { dim_value: size };
    const named = size === BATCH ? 'N' : names.get(size);
    return named === undefined ? {} : { dim_param: named };
  });
  return { name, type: { tensor_type: { elem_type: elementType, shape: { dim } } } };
}

/** Little-endian bytes of whole numbers as int64, the type of ONNX's shapes and axes. */
export function int64Bytes(values: readonly number[]): Uint8Array {
  return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
}
