// Reads and writes ONNX files as plain typed objects, with ONNX's own field numbers.
import { messageTypes } from './message-types.ts';
import { attributeType, type ModelProto } from './types.ts';
import { unreadableModel } from './unreadable.ts';
import { type Filling, readMessage, writeMessage } from './wire.ts';

export * from './types.ts';

/**
 * The messages of onnx.proto that types.ts declares. `required` marks what no valid file leaves out.
 * Version 2 of the syntax, as ONNX's own file: a zero that was set is written, and lists are packed only where said.
 */
const proto = `
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
    repeated FunctionProto functions = 25;
  }
  message FunctionProto {
    optional string name = 1;
    repeated string input = 4;
    repeated string output = 5;
    repeated string attribute = 6;
    repeated NodeProto node = 7;
    optional string doc_string = 8;
    repeated OperatorSetIdProto opset_import = 9;
    optional string domain = 10;
    repeated AttributeProto attribute_proto = 11;
  }
  message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
  message StringStringEntryProto { optional string key = 1; optional string value = 2; }
  message GraphProto {
    repeated NodeProto node = 1;
    optional string name = 2;
    repeated TensorProto initializer = 5;
    optional string doc_string = 10;
    repeated ValueInfoProto input = 11;
    repeated ValueInfoProto output = 12;
    repeated ValueInfoProto value_info = 13;
    repeated SparseTensorProto sparse_initializer = 15;
  }
  message SparseTensorProto {
    optional TensorProto values = 1;
    optional TensorProto indices = 2;
    repeated int64 dims = 3;
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
    optional int32 type = 20;
    optional string ref_attr_name = 21;
    optional SparseTensorProto sparse_tensor = 22;
    repeated SparseTensorProto sparse_tensors = 23;
  }
  message TensorProto {
    repeated int64 dims = 1;
    optional int32 data_type = 2;
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
  message TensorTypeProto { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
  message TensorShapeProto { repeated DimensionProto dim = 1; }
  message DimensionProto {
    optional int64 dim_value = 1;
    optional string dim_param = 2;
    optional string denotation = 3;
  }`;

/** Optional or repeated fields that types.ts promises all the same: empty when the file leaves them out. */
const promised: ReadonlySet<string> = new Set(
  'opset_import metadata_props key value node initializer input output attribute dims dim'.split(' '),
);

/** Fields that are zero when the file leaves them out, as version 3 of protobuf leaves out every zero. */
const zeros: ReadonlySet<string> = new Set(['version', 'data_type', 'elem_type']);

const types = messageTypes(proto);

/** The message that a file is. */
const MODEL = 'ModelProto';

/** What a message has where the file says nothing. */
const filling: Filling = {
  missing({ name, rule }) {
    if (promised.has(name)) return rule === 'repeated' ? [] : '';
    return zeros.has(name) ? 0 : undefined;
  },
  complete(type, message) {
    if (type === 'AttributeProto') fillAttribute(message);
  },
};

/**
 * Writes a model as the bytes of an ONNX file. Fields are written in the order of their numbers, so equal models
 * give equal bytes, the same as Python's `onnx` writes.
 *
 * @throws RangeError naming the field when a 64-bit whole number is not exact: a fraction, or beyond 64 bits.
 */
export function encodeModel(model: ModelProto): Uint8Array {
  return writeMessage(types, MODEL, model, filling);
}

/**
 * Reads the bytes of an ONNX file. Tensors' `raw_data` are views of `bytes`, not copies.
 *
 * @throws UserError when the bytes are damaged or not ONNX.
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  try {
    // Never a Buffer of Node's: a slice of one is a view, where that of an array is a copy.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // The border with untyped messages: their reader has checked them against the schema.
    return readMessage(types, MODEL, plain, filling) as unknown as ModelProto;
  } catch (error) {
    throw unreadableModel(bytes, error);
  }
}

/** What an attribute of a type holds where the file does not say it: version 3 of protobuf leaves zeros out. */
const EMPTY: Readonly<Record<number, readonly [field: string, empty: () => unknown]>> = {
  [attributeType.FLOAT]: ['f', () => 0],
  [attributeType.INT]: ['i', () => 0],
  [attributeType.STRING]: ['s', () => new Uint8Array()],
  [attributeType.FLOATS]: ['floats', () => []],
  [attributeType.INTS]: ['ints', () => []],
  [attributeType.STRINGS]: ['strings', () => []],
};

/** Which field an attribute's type is for; files of ONNX's first version have no types. */
const FIELDS: readonly (readonly [field: string, type: number])[] = [
  ['f', attributeType.FLOAT],
  ['i', attributeType.INT],
  ['s', attributeType.STRING],
  ['t', attributeType.TENSOR],
  ['g', attributeType.GRAPH],
  ['floats', attributeType.FLOATS],
  ['ints', attributeType.INTS],
  ['strings', attributeType.STRINGS],
  ['tensors', attributeType.TENSORS],
  ['graphs', attributeType.GRAPHS],
];

function fillAttribute(attribute: Record<string, unknown>): void {
  attribute.type ??= FIELDS.find(([field]) => field in attribute)?.[1] ?? 0;
  // One that refers to a function's attribute has no value of its own.
  if (attribute.ref_attr_name) return;
  const [field, empty] = EMPTY[Number(attribute.type)] ?? [];
  if (field !== undefined && empty !== undefined) attribute[field] ??= empty();
}
