// Reads an ONNX file from anywhere, with the weights that are in files beside it.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf, UserError } from '../../models/errors.ts';
import { hasExternalData, withExternalData } from '../../models/onnx/external-data.ts';
import { isExternal, weightBytes } from '../../models/onnx/facts.ts';
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
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`);
  }
  const model = decodeModel(bytes);
  const hash = createHash('sha256').update(bytes);
  if (!hasExternalData(model)) return { model, sha256: hash.digest('hex') };
  const whole = withExternalData(model, dirname(path));
  for (const [i, tensor] of model.graph.initializer.entries())
    if (isExternal(tensor)) hash.update(whole.graph.initializer[i]?.raw_data ?? new Uint8Array());
  if (weightBytes(whole) > LARGEST)
    throw new UserError(
      `${path} has more than 2 GiB of weights: the features are made by one ONNX file, which cannot hold them.`,
    );
  return { model: whole, sha256: hash.digest('hex') };
}

/** What one ONNX file can hold: protobuf's limit, less room for the graph. */
const LARGEST = 2 ** 31 - 2 ** 24;
