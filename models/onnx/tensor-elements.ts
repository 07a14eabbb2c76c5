// The one reader of a tensor's elements: whatever field of the message they are in, and whatever their type.
import { UserError } from '../errors.ts';
import { sizeOf } from '../shape.ts';
import { decodeFloat } from './small-floats.ts';
import { dataType, type Int64, type TensorProto, typeName } from './types.ts';

/** Bits of one element; text has no fixed number. */
const BITS: ReadonlyMap<number, number> = new Map([
  [dataType.COMPLEX128, 128],
  ...([dataType.INT64, dataType.UINT64, dataType.DOUBLE, dataType.COMPLEX64] as const).map(bits(64)),
  ...([dataType.FLOAT, dataType.INT32, dataType.UINT32] as const).map(bits(32)),
  ...([dataType.FLOAT16, dataType.BFLOAT16, dataType.INT16, dataType.UINT16] as const).map(bits(16)),
  ...([dataType.INT8, dataType.UINT8, dataType.BOOL] as const).map(bits(8)),
  ...([dataType.FLOAT8E4M3FN, dataType.FLOAT8E4M3FNUZ, dataType.FLOAT8E8M0] as const).map(bits(8)),
  ...([dataType.FLOAT8E5M2, dataType.FLOAT8E5M2FNUZ] as const).map(bits(8)),
  ...([dataType.FLOAT6E2M3, dataType.FLOAT6E3M2] as const).map(bits(6)),
  ...([dataType.INT4, dataType.UINT4, dataType.FLOAT4E2M1] as const).map(bits(4)),
  ...([dataType.INT2, dataType.UINT2] as const).map(bits(2)),
]);

function bits(count: number) {
  return (type: number): [number, number] => [type, count];
}

/** Bytes that a tensor's elements take, the last byte filled up; undefined for text and types that nobody knows. */
export function tensorSize({ data_type, dims }: Pick<TensorProto, 'data_type' | 'dims'>): number | undefined {
  const each = BITS.get(data_type);
  return each === undefined ? undefined : Math.ceil((sizeOf(dims) * each) / 8);
}

/**
 * The elements as `raw_data` has them: little-endian, those of less than a byte packed from the lowest bits on. A view
 * where the tensor has `raw_data`, which comes before every other field.
 * Reference: onnx.proto, TensorProto, and `to_array` in onnx/numpy_helper.py.
 *
 * @throws UserError for text, whose elements are in `string_data`, and for elements that are in another file.
 */
export function tensorBytes(tensor: TensorProto): Uint8Array {
  const { name = '', data_type, raw_data } = tensor;
  if (raw_data !== undefined) return raw_data;
  switch (data_type) {
    case dataType.FLOAT:
    case dataType.COMPLEX64:
      return bytesOf(Float32Array.from(tensor.float_data ?? []));
    case dataType.DOUBLE:
    case dataType.COMPLEX128:
      return bytesOf(Float64Array.from(tensor.double_data ?? []));
    case dataType.INT64:
      return bytesOf(BigInt64Array.from(tensor.int64_data ?? [], BigInt));
    case dataType.UINT64:
      return bytesOf(BigUint64Array.from(tensor.uint64_data ?? [], BigInt));
    case dataType.UINT32:
      return bytesOf(Uint32Array.from(tensor.uint64_data ?? [], Number));
    case dataType.INT32:
      return bytesOf(Int32Array.from(tensor.int32_data ?? []));
    case dataType.FLOAT6E2M3:
    case dataType.FLOAT6E3M2:
      return packed(tensor.int32_data ?? [], 6);
  }
  const each = BITS.get(data_type);
  if (each === undefined)
    throw new UserError(`weight ${name} is of ${typeName(data_type)}, which has no bytes.`);
  // Types of one and two bytes have a number each, smaller ones a number for each byte.
  return bytesOf((each === 16 ? Uint16Array : Uint8Array).from(tensor.int32_data ?? []));
}

/**
 * The elements as numbers, exact: bigints for 64-bit whole numbers, pairs of numbers for complex ones, 0 and 1 for bool.
 * @throws UserError as {@link tensorBytes}, and where there are fewer bytes than the shape asks for.
 */
export function tensorValues(tensor: TensorProto): ArrayLike<number> | ArrayLike<bigint> {
  const { name = '', data_type, dims } = tensor;
  const bytes = tensorBytes(tensor);
  const size = tensorSize(tensor);
  if (size !== bytes.length)
    throw new UserError(`weight ${name} [${dims}] has ${bytes.length} bytes, expected ${size}.`);
  // A copy: in a file the bytes begin anywhere, and numbers must be aligned.
  const { buffer } = new Uint8Array(bytes);
  switch (data_type) {
    case dataType.FLOAT:
    case dataType.COMPLEX64:
      return new Float32Array(buffer);
    case dataType.DOUBLE:
    case dataType.COMPLEX128:
      return new Float64Array(buffer);
    case dataType.INT64:
      return new BigInt64Array(buffer);
    case dataType.UINT64:
      return new BigUint64Array(buffer);
    case dataType.INT32:
      return new Int32Array(buffer);
    case dataType.UINT32:
      return new Uint32Array(buffer);
    case dataType.INT16:
      return new Int16Array(buffer);
    case dataType.UINT16:
      return new Uint16Array(buffer);
    case dataType.INT8:
      return new Int8Array(buffer);
    case dataType.UINT8:
    case dataType.BOOL:
      return new Uint8Array(buffer);
  }
  return Float64Array.from(codes(bytes, BITS.get(data_type) ?? 8, sizeOf(dims)), decodeFloat(data_type));
}

/** Elements of up to 16 bits as the whole numbers of their bits. */
function codes(bytes: Uint8Array, each: number, n: number): Uint16Array {
  return Uint16Array.from({ length: n }, (_, i) => {
    const first = i * each;
    const at = first >>> 3;
    const word = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    return (word >>> (first & 7)) & (2 ** each - 1);
  });
}

/** Numbers of `each` bits one after another, from the lowest bit on. */
function packed(numbers: readonly number[], each: number): Uint8Array {
  const out = new Uint8Array(Math.ceil((numbers.length * each) / 8));
  for (const [i, number] of numbers.entries()) {
    const [at, shift] = [(i * each) >>> 3, (i * each) & 7];
    const word = (number & (2 ** each - 1)) << shift;
    out[at] = (out[at] ?? 0) | (word & 255);
    if (word > 255) out[at + 1] = (out[at + 1] ?? 0) | (word >>> 8);
  }
  return out;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The same tensor with its elements in `raw_data`, wherever they were; text stays in `string_data`. */
export function withRawData(tensor: TensorProto): TensorProto {
  if (tensor.raw_data !== undefined || !BITS.has(tensor.data_type)) return tensor;
  const {
    float_data: _,
    int32_data: __,
    int64_data: ___,
    double_data: ____,
    uint64_data: _____,
    ...rest
  } = tensor;
  return { ...rest, raw_data: tensorBytes(tensor) };
}

/** The whole numbers of a tensor of any whole type, such as a shape; undefined for others. Beyond 2^53 they are rounded. */
export function wholeNumbers(tensor: TensorProto): number[] | undefined {
  if (!WHOLE.has(tensor.data_type)) return undefined;
  const values: ArrayLike<Int64> = tensorValues(tensor);
  return Array.from(values, Number);
}

const WHOLE: ReadonlySet<number> = new Set([
  ...[dataType.INT64, dataType.INT32, dataType.INT16, dataType.INT8],
  ...[dataType.UINT64, dataType.UINT32, dataType.UINT16, dataType.UINT8],
]);
