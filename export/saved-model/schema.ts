// Reads TensorFlow's saved_model.pb: the graph, its functions and its signatures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { UserError } from '../../models/errors.ts';

// Field numbers: tensorflow/core/framework/*.proto and tensorflow/core/protobuf/{saved_model,meta_graph}.proto.
const schema = protobuf.parse(
  `syntax = "proto3"; package tensorflow;
  message Dim { int64 size = 1; }
  message Shape { repeated Dim dim = 2; bool unknown_rank = 3; }
  message TensorProto { int32 dtype = 1; Shape tensor_shape = 2; bytes tensor_content = 4; repeated float float_val = 5; repeated double double_val = 6; repeated int32 int_val = 7; repeated int64 int64_val = 10; repeated bool bool_val = 11; repeated int32 half_val = 13; }
  message NameAttrList { string name = 1; }
  message List { repeated bytes s = 2; repeated int64 i = 3; repeated float f = 4; repeated bool b = 5; }
  message AttrValue { oneof value { List list = 1; bytes s = 2; int64 i = 3; float f = 4; bool b = 5; int32 type = 6; Shape shape = 7; TensorProto tensor = 8; NameAttrList func = 10; } }
  message NodeDef { string name = 1; string op = 2; repeated string input = 3; map<string, AttrValue> attr = 5; }
  message ArgDef { string name = 1; }
  message OpDef { string name = 1; repeated ArgDef input_arg = 2; repeated ArgDef output_arg = 3; }
  message FunctionDef { OpDef signature = 1; repeated NodeDef node_def = 3; map<string, string> ret = 4; }
  message Library { repeated FunctionDef function = 1; }
  message GraphDef { repeated NodeDef node = 1; Library library = 2; }
  message MetaInfo { repeated string tags = 4; }
  message TensorInfo { string name = 1; int32 dtype = 2; Shape tensor_shape = 3; }
  message SignatureDef { map<string, TensorInfo> inputs = 1; map<string, TensorInfo> outputs = 2; }
  message SaverDef { string restore_op_name = 3; }
  message MetaGraph { MetaInfo meta_info_def = 1; GraphDef graph_def = 2; SaverDef saver_def = 3; map<string, SignatureDef> signature_def = 5; }
  message SavedModel { repeated MetaGraph meta_graphs = 2; }`,
  { keepCase: true },
).root;

export interface SavedTensor {
  dtype: number;
  tensor_shape?: { dim: { size: number }[] };
  tensor_content: Uint8Array;
  float_val: number[];
  double_val: number[];
  /** The bits of float16 and bfloat16. */
  half_val: number[];
  int_val: number[];
  int64_val: number[];
  bool_val: boolean[];
}

/** One of these is there. */
export interface SavedAttribute {
  list?: { s: Uint8Array[]; i: number[]; f: number[]; b: boolean[] };
  s?: Uint8Array;
  i?: number;
  f?: number;
  b?: boolean;
  type?: number;
  shape?: { dim: { size: number }[] };
  tensor?: SavedTensor;
  func?: { name: string };
}

export interface SavedNode {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, SavedAttribute>;
}

export interface FunctionDef {
  signature: { name: string; input_arg: { name: string }[]; output_arg: { name: string }[] };
  node_def: SavedNode[];
  ret: Record<string, string>;
}

export interface SavedTensorInfo {
  name: string;
  dtype: number;
  tensor_shape?: { dim: { size: number }[]; unknown_rank: boolean };
}

export interface Signature {
  inputs: Record<string, SavedTensorInfo>;
  outputs: Record<string, SavedTensorInfo>;
}

export interface SavedGraph {
  nodes: SavedNode[];
  functions: FunctionDef[];
  signature: Signature;
  /** The node that puts the values of the files into variables. */
  restore: string | undefined;
}

/** The tag of graphs that answer questions, and the name of the signature that they usually have. */
export const SERVE = 'serve';
const USUAL = 'serving_default';

/** @throws UserError when the file is missing or damaged, or has no signature to serve. */
export function readSavedGraph(folder: string): SavedGraph {
  const path = join(folder, 'saved_model.pb');
  const type = schema.lookupType('tensorflow.SavedModel');
  try {
    const message = type.toObject(type.decode(readFileSync(path)), {
      longs: Number,
      defaults: true,
      oneofs: true,
    });
    // The border with protobufjs's untyped messages.
    const graphs = message.meta_graphs as {
      meta_info_def: { tags: string[] };
      graph_def: { node: SavedNode[]; library: { function: FunctionDef[] } | null };
      saver_def: { restore_op_name: string } | null;
      signature_def: Record<string, Signature>;
    }[];
    const graph = graphs.find(({ meta_info_def }) => meta_info_def.tags.includes(SERVE)) ?? graphs[0];
    const names = Object.keys(graph?.signature_def ?? {}).filter((name) => !name.startsWith('__'));
    const signature = graph?.signature_def[USUAL] ?? graph?.signature_def[names[0] ?? ''];
    if (graph === undefined || signature === undefined)
      throw new UserError(`${path} has no signature: save the model with one called ${USUAL}.`);
    return {
      nodes: graph.graph_def.node,
      functions: graph.graph_def.library?.function ?? [],
      signature,
      restore: graph.saver_def?.restore_op_name,
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not a readable SavedModel: ${String(error)}.`, { cause: error });
  }
}
