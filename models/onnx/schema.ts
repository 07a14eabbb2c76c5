// Reads and writes ONNX files as plain typed objects, with ONNX's own field numbers.
import protobuf from 'protobufjs';
import { UserError } from '../errors.ts';
import type { ModelProto } from './types.ts';

export * from './types.ts';

/**
 * The messages of onnx.proto that types.ts declares. `required` marks what no valid file leaves out.
 * Version 2 of the syntax, as ONNX's own file: a zero that was set is written, and lists are packed only where said.
 */
const proto = `
  syntax = "proto2";
  package onnx;
  message ModelProto {
    required int64 ir_version = 1;
    optional string producer_name = 2;
    optional string producer_version = 3;
    optional string domain = 4;
    optional int64 model_version = 5;
    optional string doc_string = 6;
    required GraphProto graph = 7;
    repeated OperatorSetIdProto opset_import = 8;
    repeated StringStringEntryProto metadata_props = 14;
  }
  message OperatorSetIdProto { optional string domain = 1; required int64 version = 2; }
  message StringStringEntryProto { optional string key = 1; optional string value = 2; }
  message GraphProto {
    repeated NodeProto node = 1;
    optional string name = 2;
    repeated TensorProto initializer = 5;
    optional string doc_string = 10;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
    repeated ValueInfoProto value_info = 13;
  }
  message NodeProto {
    repeated string input = 1;
    repeated string output = 2;
    optional string name = 3;
    required string op_type = 4;
    repeated AttributeProto attribute = 5;
    optional string doc_string = 6;
    optional string domain = 7;
  }
  message AttributeProto {
    required string name = 1;
    optional float f = 2;
    optional int64 i = 3;
    optional bytes s = 4;
    optional TensorProto t = 5;
    optional GraphProto g = 6;
    repeated float floats = 7;
    repeated int64 ints = 8;
    repeated bytes strings = 9;
    repeated TensorProto tensors = 10;
    repeated GraphProto graphs = 11;
    optional string doc_string = 13;
    optional TypeProto tp = 14;
    repeated TypeProto type_protos = 15;
    required int32 type = 20;
    optional string ref_attr_name = 21;
  }
  message TensorProto {
    repeated int64 dims = 1;
    required int32 data_type = 2;
    repeated float float_data = 4 [packed = true];
    repeated int32 int32_data = 5 [packed = true];
    repeated bytes string_data = 6;
    repeated int64 int64_data = 7 [packed = true];
    optional string name = 8;
    optional bytes raw_data = 9;
    repeated double double_data = 10 [packed = true];
    repeated uint64 uint64_data = 11 [packed = true];
    optional string doc_string = 12;
    repeated StringStringEntryProto external_data = 13;
    optional int32 data_location = 14;
  }
  message ValueInfoProto { required string name = 1; optional TypeProto type = 2; optional string doc_string = 3; }
  message TypeProto { optional TensorTypeProto tensor_type = 1; optional string denotation = 6; }
  message TensorTypeProto { required int32 elem_type = 1; optional TensorShapeProto shape = 2; }
  message TensorShapeProto { repeated DimensionProto dim = 1; }
  message DimensionProto {
    oneof value { int64 dim_value = 1; string dim_param = 2; }
    optional string denotation = 3;
  }`;

/** Optional or repeated fields that types.ts promises all the same: empty when the file leaves them out. */
const promised = new Set(
  'opset_import metadata_props key value node initializer input output attribute dims dim'.split(' '),
);

const modelType = protobuf.parse(proto, { keepCase: true }).root.lookupType('onnx.ModelProto');

/**
 * Writes a model as the bytes of an ONNX file. Fields are written in the order of their numbers, so equal models
 * give equal bytes, the same as Python's `onnx` writes.
 *
 * @throws RangeError naming the field when a 64-bit whole number is not exact: a fraction, or beyond 2^53 - 1.
 */
export function encodeModel(model: ModelProto): Uint8Array {
  return modelType.encode(copy(modelType, model, 'model')).finish();
}

/**
 * Reads the bytes of an ONNX file. Tensors' `raw_data` are views of `bytes`, not copies.
 *
 * @throws UserError when the bytes are damaged or not ONNX, or hold a 64-bit whole number beyond 2^53 - 1.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  try {
    // Never a Buffer of Node's: a slice of one is a view, where that of an array is a copy.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const reader = protobuf.Reader.create(plain);
    reader.discardUnknown = false;
    // The border with protobufjs's untyped messages: its decoder has checked them against the schema.
    return copy(modelType, modelType.decode(reader), 'model') as unknown as ModelProto;
  } catch (error) {
    throw new UserError(`not a readable ONNX model (${bytes.length} bytes): ${String(error)}`, {
      cause: error,
    });
  }
}

/** Copies a message as a plain object, with 64-bit whole numbers as JavaScript's and every promised field. */
function copy(type: protobuf.Type, message: object, place: string): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const field of type.fieldsArray) {
    const { name, repeated } = field;
    const value: unknown = Object.hasOwn(message, name) ? Reflect.get(message, name) : undefined;
    const there = value !== undefined && !(Array.isArray(value) && value.length === 0);
    if (there) out[name] = copyField(field.resolve(), value, `${place}.${name}`);
    else if (promised.has(name)) out[name] = repeated ? [] : '';
  }
  if (Object.hasOwn(message, '$unknowns')) out.$unknowns = Reflect.get(message, '$unknowns');
  return out;
}

function copyField(field: protobuf.Field, value: unknown, place: string): unknown {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) {
    return Array.isArray(value)
      ? value.map((item: object, i) => copy(type, item, `${place}[${i}]`))
      : copy(type, Object(value), place);
  }
  if (field.type !== 'int64' && field.type !== 'uint64') return value;
  const unsigned = field.type === 'uint64';
  return Array.isArray(value)
    ? value.map((item: Integer) => exact(item, unsigned, place))
    : exact(value as Integer, unsigned, place);
}

/** A 64-bit whole number as protobufjs decodes it, or as a JavaScript number. */
type Integer = Parameters<typeof protobuf.util.LongBits.from>[0];

function exact(value: Integer, unsigned: boolean, place: string): number {
  const number = typeof value === 'number' ? value : protobuf.util.LongBits.from(value).toNumber(unsigned);
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(`${place}: received ${String(value)}, expected a whole number up to 2^53 - 1`);
  }
  return number;
}
