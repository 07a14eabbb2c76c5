// Reads the inputs and outputs of a model file without parsing the rest of it: fast on 100 MB.
import protobuf from 'protobufjs/minimal.js';
import { typeName } from './types.ts';
import { unreadableModel } from './unreadable.ts';

/** An input or output, and the name of its elements' type, such as `uint8`; `no tensor` for anything else. */
export interface ModelPort {
  readonly name: string;
  readonly type: string;
}

export interface InputsAndOutputs {
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
}

// Field numbers of ONNX's onnx.proto: ModelProto, GraphProto, ValueInfoProto, TypeProto, TypeProto.Tensor.
const GRAPH = 7;
const INPUT = 11;
const OUTPUT = 12;
const NAME = 1;
const TYPE = 2;
const TENSOR_TYPE = 1;
const ELEM_TYPE = 1;

/**
 * Reads the inputs and outputs of a model's graph. All else is skipped by its length.
 *
 * @param bytes - a whole ONNX file.
 * @throws UserError when the bytes are damaged.
 */
export function readInputsAndOutputs(bytes: Uint8Array): InputsAndOutputs {
  const inputs: ModelPort[] = [];
  const outputs: ModelPort[] = [];
  try {
    eachField(protobuf.Reader.create(bytes), (field, reader) => {
      if (field !== GRAPH) return false;
      eachField(within(reader), (field, reader) => {
        if (field !== INPUT && field !== OUTPUT) return false;
        (field === INPUT ? inputs : outputs).push(readPort(within(reader)));
        return true;
      });
      return true;
    });
  } catch (error) {
    throw unreadableModel(bytes, error);
  }
  return { inputs, outputs };
}

function readPort(reader: protobuf.Reader): ModelPort {
  let name = '';
  let type = 'no tensor';
  eachField(reader, (field, reader) => {
    if (field === NAME) name = reader.string();
    else if (field === TYPE) type = readType(within(reader)) ?? type;
    else return false;
    return true;
  });
  return { name, type };
}

function readType(reader: protobuf.Reader): string | undefined {
  let type: string | undefined;
  eachField(reader, (field, reader) => {
    if (field !== TENSOR_TYPE) return false;
    eachField(within(reader), (field, reader) => {
      if (field !== ELEM_TYPE) return false;
      type = typeName(reader.int32());
      return true;
    });
    return true;
  });
  return type;
}

/** @param read - reads the field and returns true, or leaves it to be skipped. */
function eachField(reader: protobuf.Reader, read: (field: number, reader: protobuf.Reader) => boolean): void {
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (!read(tag >>> 3, reader)) reader.skipType(tag & 7);
  }
}

/** The bytes of a message that begins here, over which the outer reader steps. */
function within(reader: protobuf.Reader): protobuf.Reader {
  return protobuf.Reader.create(reader.bytes());
}
