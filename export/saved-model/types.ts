// TensorFlow's types in a SavedModel, and those that they are computed with here: float32, int32, uint8 and bool.
import { backend, DataType, eagerAttribute, type TensorMetadata } from '../../train/graph/tensorflow.ts';

/** Bytes of one element, and what it is computed as (tensorflow/core/framework/types.proto). */
interface StoredType {
  readonly name: string;
  readonly bytes: number;
  readonly as: 'float32' | 'int32' | 'uint8' | 'bool';
}

/** Halves are computed with more digits than they have; whole numbers of 64 bits are sizes, places and numbers of words. */
const TYPES: ReadonlyMap<number, StoredType> = new Map([
  [DataType.float32, { name: 'float32', bytes: 4, as: 'float32' }],
  [2, { name: 'float64', bytes: 8, as: 'float32' }],
  [DataType.int32, { name: 'int32', bytes: 4, as: 'int32' }],
  [DataType.uint8, { name: 'uint8', bytes: 1, as: 'uint8' }],
  [5, { name: 'int16', bytes: 2, as: 'int32' }],
  [6, { name: 'int8', bytes: 1, as: 'int32' }],
  [DataType.int64, { name: 'int64', bytes: 8, as: 'int32' }],
  [DataType.bool, { name: 'bool', bytes: 1, as: 'bool' }],
  [DataType.bfloat16, { name: 'bfloat16', bytes: 2, as: 'float32' }],
  [17, { name: 'uint16', bytes: 2, as: 'int32' }],
  [19, { name: 'float16', bytes: 2, as: 'float32' }],
]);

/** Undefined for strings, complex numbers and other types that are not exported. */
export function storedType(type: number): StoredType | undefined {
  return TYPES.get(type);
}

/** The type that `type` is computed as; itself where it is none that is exported. */
export function narrowType(type: number): number {
  const as = TYPES.get(type)?.as;
  return as === undefined ? type : DataType[as];
}

/** The same tensor in the type that it is computed as. */
export function narrowed(metadata: TensorMetadata): TensorMetadata {
  const type = narrowType(metadata.dtype);
  if (type === metadata.dtype) return metadata;
  const types = [eagerAttribute.type('SrcT', metadata.dtype), eagerAttribute.type('DstT', type)];
  const [cast] = backend.binding.executeOp('Cast', types, [metadata.id], 1);
  backend.binding.deleteTensor(metadata.id);
  if (cast === undefined) throw new Error('a cast has no result');
  return cast;
}
