// Reads an ONNX file from anywhere, with the weights that are in files beside it.
import { createHash } from 'node:crypto';
import { UserError } from '../../models/errors.ts';
import { weightBytes } from '../../models/onnx/facts.ts';
import { readOnnxFile } from '../../models/onnx/read-file.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';

export interface ReadModel {
  /** With every weight inside. */
  readonly model: ModelProto;
  /** SHA-256 of the file, and of the weights outside it. */
  readonly sha256: string;
}

/** @throws UserError when the file or its weights are missing or damaged, or too large to be one file. */
export function readModel(path: string): ReadModel {
  const { bytes, model, outside } = readOnnxFile(path);
  const hash = createHash('sha256').update(bytes);
  for (const weight of outside) hash.update(weight);
  if (weightBytes(model) > LARGEST)
    throw new UserError(
      `${path} has more than 2 GiB of weights: the features are made by one ONNX file, which cannot hold them.`,
    );
  return { model, sha256: hash.digest('hex') };
}

/** What one ONNX file can hold: protobuf's limit, less room for the graph. */
const LARGEST = 2 ** 31 - 2 ** 24;
