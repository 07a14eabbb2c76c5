// The tensor of a Const node, from the forms in which TensorFlow stores its numbers.

import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import { DataType, tf, uint8Tensor } from '../../train/graph/tensorflow.ts';
import type { SavedNode, SavedTensor } from './schema.ts';
import { storedType } from './types.ts';

/** The tensor of a Const node. */
export interface SavedConstant {
  /** In the type that it is computed as: see types.ts. */
  readonly tensor: Tensor;
  /** The first of its numbers that 32 bits do not hold; `tensor` has the nearest that they hold. */
  readonly beyond?: number;
}

/** @throws UserError when the constant is damaged, or of a type that is not exported. */
export function constantOf({ name, attr }: SavedNode): SavedConstant {
  const proto = attr.value?.tensor;
  if (proto === undefined)
    throw new UserError(`Node ${name} of the SavedModel is a constant without a value.`);
  const type = storedType(proto.dtype);
  if (type === undefined)
    throw new UserError(
      `Constant ${name} of the SavedModel has TensorFlow's type ${proto.dtype}; floats, whole numbers and bool are exported.`,
    );
  const shape = (proto.tensor_shape?.dim ?? []).map(({ size }) => size);
  const numbers = proto.tensor_content.length > 0 ? stored : listed;
  const values = numbers(name, proto, sizeOf(shape), type.bytes);
  if (type.as === 'float32') return { tensor: tf.tensor(Float32Array.from(values), shape, 'float32') };
  if (type.as === 'int32') {
    const beyond = values.find((value) => within32Bits(value) !== value);
    const tensor = tf.tensor(Int32Array.from(values, within32Bits), shape, 'int32');
    return beyond === undefined ? { tensor } : { tensor, beyond };
  }
  const bytes = Uint8Array.from(values);
  return { tensor: type.as === 'uint8' ? uint8Tensor(bytes, shape) : tf.tensor(bytes, shape, 'bool') };
}

/** Right for ends of slices only, which are often "as far as there is": see execute.ts. */
function within32Bits(value: number): number {
  return Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);
}

type Numbers = (name: string, proto: SavedTensor, size: number, bytesEach: number) => number[];

/** One number after the other; the last one listed stands for all that follow, and none at all for zeros. */
const listed: Numbers = (_, proto, size) => {
  const { dtype, half_val, float_val, double_val, int_val, int64_val, bool_val } = proto;
  const halves = dtype === FLOAT16 || dtype === DataType.bfloat16;
  const numbers = halves
    ? half_val.map(dtype === FLOAT16 ? ofHalf : ofBfloat16)
    : [...float_val, ...double_val, ...int_val, ...int64_val, ...bool_val.map(Number)];
  return Array.from({ length: size }, (_, i) => numbers[Math.min(i, numbers.length - 1)] ?? 0);
};

/** Little-endian bytes. */
const stored: Numbers = (name, { dtype, tensor_content }, size, bytesEach) => {
  if (tensor_content.length !== size * bytesEach)
    throw new UserError(
      `Constant ${name} of the SavedModel should have ${size * bytesEach} bytes, and has ${tensor_content.length}: the file is damaged.`,
    );
  const { buffer, byteOffset, byteLength } = tensor_content;
  const view = new DataView(buffer, byteOffset, byteLength);
  return Array.from({ length: size }, (_, i) => readers[dtype]?.(view, i * bytesEach) ?? 0);
};

const FLOAT16 = 19;

/** By TensorFlow's code of the type. */
const readers: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  [DataType.float32]: (view, at) => view.getFloat32(at, true),
  2: (view, at) => view.getFloat64(at, true),
  [DataType.int32]: (view, at) => view.getInt32(at, true),
  [DataType.uint8]: (view, at) => view.getUint8(at),
  5: (view, at) => view.getInt16(at, true),
  6: (view, at) => view.getInt8(at),
  [DataType.int64]: (view, at) => Number(view.getBigInt64(at, true)),
  [DataType.bool]: (view, at) => view.getUint8(at),
  [DataType.bfloat16]: (view, at) => ofBfloat16(view.getUint16(at, true)),
  17: (view, at) => view.getUint16(at, true),
  [FLOAT16]: (view, at) => ofHalf(view.getUint16(at, true)),
};

/** A float16 by its bits (IEEE 754 binary16). */
function ofHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** A bfloat16 by its bits, which are the first half of a float32. */
function ofBfloat16(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? Number.NaN;
}
