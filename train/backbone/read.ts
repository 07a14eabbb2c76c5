// Reads an ONNX file from anywhere, with the weights that lie in files beside it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { hasExternalData, withExternalData } from '../../models/onnx/external-data.ts';
import { decodeModel, type ModelProto } from '../../models/onnx/schema.ts';

export interface ReadModel {
  /** With every weight inside. */
  readonly model: ModelProto;
  /** SHA-256 of the file, and of the weights outside it. */
  readonly sha256: string;
}

/** @throws UserError when the file or its weights are missing or damaged, or too large to be one file. */
export function readModel(path: string): ReadModel {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${error instanceof Error ? error.message : error}.`);
  }
  const model = decodeModel(bytes);
  const hash = createHash('sha256').update(bytes);
  if (!hasExternalData(model)) return { model, sha256: hash.digest('hex') };
  const whole = withExternalData(model, dirname(path));
  const outside = whole.graph.initializer.filter((_, i) => model.graph.initializer[i]?.data_location === 1);
  for (const { raw_data = new Uint8Array() } of outside) hash.update(raw_data);
  if (weightBytes(whole) > LARGEST)
    throw new UserError(
      `${path} has more than 2 GiB of weights: the features are made by one ONNX file, which cannot hold them.`,
    );
  return { model: whole, sha256: hash.digest('hex') };
}

/** What one ONNX file can hold, as protobuf has it, less room for the graph. */
const LARGEST = 2 ** 31 - 2 ** 24;

function weightBytes({ graph }: ModelProto): number {
  return graph.initializer.reduce((sum, { raw_data }) => sum + (raw_data?.length ?? 0), 0);
}
