// TensorFlow's GraphDef and SavedModel, as far as a graph needs them: the protobuf schema and its encoder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

// Field numbers: tensorflow/core/framework/*.proto and tensorflow/core/protobuf/{saved_model,meta_graph}.proto.
const schema = protobuf.parse(
  `syntax = "proto3"; package tensorflow;
  message Dim { int64 size = 1; }
  message Shape { repeated Dim dim = 2; bool unknown_rank = 3; }
  message TensorProto { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; }
  message List { repeated bytes s = 2; repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; repeated int32 type = 6; }
  message AttrValue { oneof value { List list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; Shape shape = 7; TensorProto tensor = 8; } }
  message NodeDef { string name = 1; string op = 2; repeated string input = 3; string device = 4; map<string, AttrValue> attr = 5; }
  message Versions { int32 producer = 1; }
  message GraphDef { repeated NodeDef node = 1; Versions versions = 4; }
  message MetaInfo { repeated string tags = 4; string tensorflow_version = 5; }
  message TensorInfo { string name = 1; int32 dtype = 2; Shape tensor_shape = 3; }
  message SignatureDef { map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; string method_name = 3; }
  message MetaGraph { MetaInfo meta_info_def = 1; GraphDef graph_def = 2; map<string, SignatureDef> signature_def = 5; }
  message SavedModel { int64 saved_model_schema_version = 1; repeated MetaGraph meta_graphs = 2; }`,
  { keepCase: true },
).root;

export interface ShapeProto {
  dim: { size: number }[];
}

/** A field of `AttrValue`. */
export type AttrValue =
  | { s: Uint8Array }
  | { i: number }
  | { f: number }
  | { b: boolean }
  | { type: number }
  | { shape: ShapeProto }
  | { tensor: { dtype: number; tensor_shape: ShapeProto; tensor_content: Uint8Array } }
  | { list: { i: readonly number[] } | { f: readonly number[] } | { b: readonly boolean[] } };

export interface NodeDef {
  name: string;
  op: string;
  /** `name:index`, or `^name` for a control dependency. */
  input: string[];
  device: string;
  attr: Record<string, AttrValue>;
}

// GraphDef version of TensorFlow 2.21 (core/public/version.h: the last digits are a date, any recent one will do).
const PRODUCER = 1882;

/** The tag under which {@link writeSavedModel} files its graph. */
export const TAG = 'serve';

/** What a signature says of an input or output: `name` is the value, `name:index`. */
export interface TensorInfo {
  name: string;
  dtype: number;
  tensor_shape: ShapeProto;
}

/** How others call the graph: what its inputs and outputs are called outside. */
export interface SignatureDef {
  inputs: Readonly<Record<string, TensorInfo>>;
  outputs: Readonly<Record<string, TensorInfo>>;
  /** `tensorflow/serving/predict`. */
  method_name: string;
}

/** The bytes of a `GraphDef`. */
export function encodeGraph(nodes: readonly NodeDef[]): Uint8Array {
  const type = schema.lookupType('tensorflow.GraphDef');
  return type.encode(type.fromObject({ node: nodes, versions: { producer: PRODUCER } })).finish();
}

/** Writes `<folder>/saved_model.pb`. */
export function writeSavedModel(
  folder: string,
  nodes: readonly NodeDef[],
  signatures: Readonly<Record<string, SignatureDef>> = {},
): void {
  const message = {
    saved_model_schema_version: 1,
    meta_graphs: [
      {
        meta_info_def: { tags: [TAG], tensorflow_version: '2.21.0' },
        graph_def: { node: nodes, versions: { producer: PRODUCER } },
        signature_def: signatures,
      },
    ],
  };
  const type = schema.lookupType('tensorflow.SavedModel');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'saved_model.pb'), type.encode(type.fromObject(message)).finish());
}

export function shapeProto(shape: readonly number[]): ShapeProto {
  return { dim: shape.map((size) => ({ size })) };
}
