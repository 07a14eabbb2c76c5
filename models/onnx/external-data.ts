// Reads and checks weights that are in other files beside the model, so that the model is complete in memory.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { messageOf, UserError } from '../errors.ts';
import { isExternal } from './facts.ts';
import { elementBytes, type ModelProto, type TensorProto } from './types.ts';

/** Bytes that one call reads at most: Node reads no more than 2^31 - 1 at once. */
const PIECE = 2 ** 30;

/** Whether some weights are in other files. */
export function hasExternalData({ graph }: ModelProto): boolean {
  return graph.initializer.some(isExternal);
}

/**
 * Reads the weights that are in other files.
 * Reference: https://github.com/onnx/onnx/blob/main/docs/ExternalData.md
 * @param folder - Folder of the model: locations are relative to it.
 * @throws UserError when such a file is missing or too short, is outside the folder, or a tensor's shape asks for
 * another number of bytes; before anything of that size is allocated.
 */
export function withExternalData(model: ModelProto, folder: string): ModelProto {
  if (!hasExternalData(model)) return model;
  const files = new Map<string, { descriptor: number; size: number }>();
  const open = (tensor: string, location: string) => {
    const known = files.get(location);
    if (known !== undefined) return known;
    if (isAbsolute(location) || location.split(/[\\/]/).includes('..'))
      throw new UserError(
        `weight ${tensor} is outside the folder of the model: ${JSON.stringify(location)}.`,
      );
    const opened = openFile(join(folder, location), tensor);
    files.set(location, opened);
    return opened;
  };
  try {
    const initializer = model.graph.initializer.map((tensor) =>
      isExternal(tensor) ? readTensor(tensor, open) : tensor,
    );
    return { ...model, graph: { ...model.graph, initializer } };
  } finally {
    for (const { descriptor } of files.values()) closeSync(descriptor);
  }
}

function openFile(path: string, tensor: string): { descriptor: number; size: number } {
  try {
    const descriptor = openSync(path, 'r');
    return { descriptor, size: fstatSync(descriptor).size };
  } catch (error) {
    throw new UserError(
      `weight ${tensor} is in ${path}, which cannot be read: ${messageOf(error)}. Keep both files together.`,
    );
  }
}

function readTensor(
  tensor: TensorProto,
  open: (tensor: string, location: string) => { descriptor: number; size: number },
): TensorProto {
  const { name = '', dims, data_type, external_data = [], data_location: _, ...rest } = tensor;
  const entry = (key: string) => external_data.find((each) => each.key === key)?.value;
  const location = entry('location') ?? '';
  const { descriptor, size } = open(name, location);
  const offset = Number(entry('offset') ?? 0);
  const length = Number(entry('length') ?? size - offset);
  const element = elementBytes.get(data_type);
  const expected = dims.reduce((product, n) => product * n, element ?? Number.NaN);
  if (length !== expected)
    throw new UserError(
      element === undefined
        ? `weight ${name} in ${location} has ONNX's type ${data_type}, which is not read.`
        : `weight ${name} [${dims}] has ${length} bytes in ${location}, expected ${expected}.`,
    );
  if (!(Number.isSafeInteger(offset) && offset >= 0 && offset + length <= size))
    throw new UserError(
      `weight ${name} is in ${location} from byte ${offset} to ${offset + length}; that file has ${size}: it is cut off, or of another model.`,
    );
  const raw_data = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const read = readSync(descriptor, raw_data, at, Math.min(PIECE, length - at), offset + at);
    if (read === 0) throw new UserError(`${location} became shorter while it was read.`);
    at += read;
  }
  return { ...rest, name, dims, data_type, raw_data };
}
