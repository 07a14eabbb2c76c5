// ONNX's messages as TypeScript types, with its own names: what schema.ts reads and writes.

/**
 * Fields that the schema does not name (training info, sequence types and so on), as bytes of the wire. Reading keeps
 * them and writing puts them back, so nothing is lost by changing a model.
 */
export interface Message {
  $unknowns?: Uint8Array[];
}

/**
 * A whole number of 64 bits: a JavaScript number up to 2^53 - 1, a bigint beyond, so that none is rounded. INT64_MAX
 * is common: it is what an old Slice has where it goes to the end.
 */
export type Int64 = number | bigint;

/**
 * A model: an ONNX file.
 *
 * Reference: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export interface ModelProto extends Message {
  ir_version: number;
  opset_import: OperatorSetIdProto[];
  producer_name?: string;
  producer_version?: string;
  domain?: string;
  model_version?: Int64;
  doc_string?: string;
  graph: GraphProto;
  metadata_props: StringStringEntryProto[];
  /** Operators that are defined in the file itself, out of others. */
  functions?: FunctionProto[];
}

/** An operator set that the model uses; ONNX's own has the domain "" or none. */
export interface OperatorSetIdProto extends Message {
  domain?: string;
  version: number;
}

export interface StringStringEntryProto extends Message {
  key: string;
  value: string;
}

/** Nodes are in an order in which they can be run; initializers are the weights and other constants. */
export interface GraphProto extends Message {
  node: NodeProto[];
  name?: string;
  initializer: TensorProto[];
  doc_string?: string;
  input: ValueInfoProto[];
  output: ValueInfoProto[];
  value_info?: ValueInfoProto[];
  sparse_initializer?: SparseTensorProto[];
}

/** An operator as a graph of nodes. Its constants are in nodes: it has no initializers. */
export interface FunctionProto extends Message {
  name?: string;
  domain?: string;
  input: string[];
  output: string[];
  /** Names of attributes that have no default. */
  attribute: string[];
  attribute_proto?: AttributeProto[];
  node: NodeProto[];
  doc_string?: string;
  opset_import: OperatorSetIdProto[];
}

/** The numbers of a mostly empty array that are not zero (`values` `[n]`, whose name is the array's), and where they are. */
export interface SparseTensorProto extends Message {
  values?: TensorProto;
  indices?: TensorProto;
  dims: number[];
}

/** One use of an operator. Inputs and outputs are names of values; "" is an optional one left out. */
export interface NodeProto extends Message {
  input: string[];
  output: string[];
  name?: string;
  op_type: string;
  domain?: string;
  attribute: AttributeProto[];
  doc_string?: string;
}

/** A named setting of a node: `type` (see `attributeType`) says which of the fields holds it. */
export interface AttributeProto extends Message {
  name: string;
  ref_attr_name?: string;
  doc_string?: string;
  type: number;
  f?: number;
  i?: Int64;
  /** UTF-8 text, or any bytes. */
  s?: Uint8Array;
  t?: TensorProto;
  g?: GraphProto;
  tp?: TypeProto;
  floats?: number[];
  ints?: Int64[];
  strings?: Uint8Array[];
  tensors?: TensorProto[];
  graphs?: GraphProto[];
  type_protos?: TypeProto[];
  sparse_tensor?: SparseTensorProto;
  sparse_tensors?: SparseTensorProto[];
}

/**
 * An array: `dims` is its shape, `data_type` (see `dataType`) its element type. The elements are in `raw_data`
 * (little-endian), or in the list for their type, or in another file that `external_data` names.
 */
export interface TensorProto extends Message {
  dims: number[];
  data_type: number;
  float_data?: number[];
  int32_data?: number[];
  string_data?: Uint8Array[];
  int64_data?: Int64[];
  name?: string;
  doc_string?: string;
  raw_data?: Uint8Array;
  double_data?: number[];
  uint64_data?: Int64[];
  external_data?: StringStringEntryProto[];
  /** 0: in this file; 1: in the file that `external_data` names. */
  data_location?: number;
}

export interface ValueInfoProto extends Message {
  name: string;
  type?: TypeProto;
  doc_string?: string;
}

/** The type of a value. Sequences, maps and optionals have no `tensor_type`. */
export interface TypeProto extends Message {
  tensor_type?: TensorTypeProto;
  denotation?: string;
}

/** Without a shape, the number of dimensions is not known. */
export interface TensorTypeProto extends Message {
  elem_type: number;
  shape?: TensorShapeProto;
}

export interface TensorShapeProto extends Message {
  dim: DimensionProto[];
}

/** A known size, a named one such as "N", or neither: any size. */
export interface DimensionProto extends Message {
  dim_value?: number;
  dim_param?: string;
  denotation?: string;
}

/** Element types: TensorProto.DataType. */
export const dataType = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  COMPLEX64: 14,
  COMPLEX128: 15,
  BFLOAT16: 16,
  FLOAT8E4M3FN: 17,
  FLOAT8E4M3FNUZ: 18,
  FLOAT8E5M2: 19,
  FLOAT8E5M2FNUZ: 20,
  UINT4: 21,
  INT4: 22,
  FLOAT4E2M1: 23,
  FLOAT8E8M0: 24,
  UINT2: 25,
  INT2: 26,
  FLOAT6E2M3: 27,
  FLOAT6E3M2: 28,
} as const;

const typeNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(dataType).map(([name, number]) => [number, name.toLowerCase()]),
);

/** What ONNX calls an element type, in small letters; an unknown one by its number. */
export function typeName(number: number): string {
  return typeNames[number] ?? `type ${number}`;
}

/** Kinds of attribute: AttributeProto.AttributeType. */
export const attributeType = {
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  GRAPH: 5,
  FLOATS: 6,
  INTS: 7,
  STRINGS: 8,
  TENSORS: 9,
  GRAPHS: 10,
  SPARSE_TENSOR: 11,
  SPARSE_TENSORS: 12,
  TYPE_PROTO: 13,
  TYPE_PROTOS: 14,
} as const;
