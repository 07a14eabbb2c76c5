// Reads metadata_props of a model file without parsing its graph: small enough for a browser, and fast on 100 MB.
import protobuf from 'protobufjs/minimal.js';
import { unreadableModel } from './unreadable.ts';

// Field numbers of ONNX's onnx.proto (ModelProto and StringStringEntryProto).
const GRAPH = 7;
const METADATA_PROPS = 14;
const KEY = 1;
const VALUE = 2;

/** Protobuf's wire type for strings, bytes and messages. */
const LENGTH_DELIMITED = 2;

/**
 * Reads `metadata_props` by key; of a key that is there twice, the last value counts, as in onnxruntime.
 *
 * @param bytes - a whole ONNX file.
 * @throws UserError when the bytes are not an ONNX model or are damaged.
 */
export function readMetadata(bytes: Uint8Array): Record<string, string> {
  return Object.fromEntries(readMetadataEntries(bytes));
}

/**
 * Reads the key-value pairs of `metadata_props`. All other fields are skipped by their length: time and memory
 * depend on the metadata, not on the size of the model.
 *
 * @param bytes - a whole ONNX file.
 * @throws UserError when the bytes are not an ONNX model or are damaged.
 */
export function readMetadataEntries(bytes: Uint8Array): [key: string, value: string][] {
  const entries: [string, string][] = [];
  let hasGraph = false;
  try {
    const reader = protobuf.Reader.create(bytes);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === ((METADATA_PROPS << 3) | LENGTH_DELIMITED)) entries.push(readEntry(reader));
      else reader.skipType(tag & 7);
      hasGraph ||= tag >>> 3 === GRAPH;
    }
  } catch (error) {
    throw unreadableModel(bytes, error);
  }
  if (!hasGraph) throw unreadableModel(bytes);
  return entries;
}

function readEntry(reader: protobuf.Reader): [string, string] {
  const end = reader.uint32() + reader.pos;
  let key = '';
  let value = '';
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (tag === ((KEY << 3) | LENGTH_DELIMITED)) key = reader.string();
    else if (tag === ((VALUE << 3) | LENGTH_DELIMITED)) value = reader.string();
    else reader.skipType(tag & 7);
  }
  if (reader.pos !== end) throw new RangeError('a metadata entry runs past its end');
  return [key, value];
}
