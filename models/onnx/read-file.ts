// Reads an ONNX file from anywhere, complete in memory: the weights in files beside it, and every array in one form.
import { readFileSync, statSync } from 'node:fs';
import { messageOf, UserError } from '../errors.ts';
import { mapTensors } from './every-tensor.ts';
import { openExternalData } from './external-data.ts';
import { isExternal } from './facts.ts';
import { decodeModel, type ModelProto } from './schema.ts';
import { tensorSize, withRawData } from './tensor-elements.ts';

export interface OnnxFile {
  /** Of the file itself. */
  readonly bytes: Uint8Array;
  /** With all its weights. The elements of every array but text are in `raw_data`. */
  readonly model: ModelProto;
  /** The elements of the arrays that are in other files, the weights first. */
  readonly outside: readonly Uint8Array[];
}

/** The longest message that protobuf allows, and so the longest ONNX file. */
export const LONGEST = 2 ** 31 - 1;

/** @throws UserError naming the file when it or its weights are missing, damaged, too long or no ONNX. */
export function readOnnxFile(path: string): OnnxFile {
  const bytes = readBytes(path);
  try {
    return { bytes, ...complete(decodeModel(bytes), path) };
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/**
 * A model with its weights from other files, and every array's elements in `raw_data`.
 * @param path - Of the model: other files are named from its folder.
 * @param most - Bytes of weights in other files at most: more are not read.
 * @throws UserError when such a file is missing, too short, or outside the folder, and for more weights.
 */
export function complete(
  model: ModelProto,
  path: string,
  most = Number.POSITIVE_INFINITY,
): Pick<OnnxFile, 'model' | 'outside'> {
  const outside: Uint8Array[] = [];
  let held = 0;
  const { read, close } = openExternalData(path);
  try {
    const whole = mapTensors(model, (tensor) => {
      if (!isExternal(tensor)) return withRawData(tensor);
      held += tensorSize(tensor) ?? 0;
      if (held > most)
        throw new UserError(
          `its weights have more than ${(most / 2 ** 30).toFixed(1)} GiB, which one file has no room for: smaller weights, such as float16, may do.`,
        );
      const inside = read(tensor);
      outside.push(inside.raw_data ?? new Uint8Array());
      return inside;
    });
    return { model: whole, outside };
  } finally {
    close();
  }
}

function readBytes(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > LONGEST)
      throw new Error(
        `it has ${(size / 2 ** 30).toFixed(1)} GiB, and an ONNX file has at most 2. Weights beyond that are in a file beside it: onnx.save(model, path, save_as_external_data=True)`,
      );
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`);
  }
}
