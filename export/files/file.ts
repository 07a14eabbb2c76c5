// A model file that a command is given: by its path, or by its name in the repository.

import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Card, cardKey, readCard } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { withExternalData } from '../../models/onnx/external-data.ts';
import { weightBytes } from '../../models/onnx/facts.ts';
import { decodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import { findModel } from '../../models/repository.ts';
import { command } from '../../setup/invocation.mjs';

export interface OpenModelFile {
  readonly path: string;
  /** Of the file, and of the weights beside it. */
  readonly size: number;
  /** What onnxruntime loads: its bytes, or its path where there are weights beside it. */
  readonly source: string | Uint8Array;
  /** With all its weights. */
  readonly model: ModelProto;
  /** Absent where the file has none. */
  readonly card?: Card;
}

/**
 * Opens `models/digits/1/model.onnx`, or `digits` (its newest version) or `digits/1` of the repository.
 * @throws UserError when there is no such file, or it is damaged or no ONNX.
 */
export async function openModelFile(file: string, repository: string): Promise<OpenModelFile> {
  const path = await pathOfModel(file, repository);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}.`);
  }
  try {
    const inside = decodeModel(bytes);
    const model = withExternalData(inside, dirname(path));
    const source = model === inside ? bytes : path;
    const size = bytes.length + weightBytes(model) - weightBytes(inside);
    const hasCard = model.metadata_props.some(({ key }) => key === cardKey);
    return { path, size, source, model, ...(hasCard && { card: readCard(bytes) }) };
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** @throws UserError when the file has no card: it was exported as it is, or not by Trainyard. */
export function cardOf({ path, card }: OpenModelFile): Card {
  if (card !== undefined) return card;
  throw new UserError(
    `${path} has no card that says what it promises: it was exported without --labels, or not by Trainyard. Try: ${command('inspect', [path])}`,
  );
}

/**
 * The path of a model file, which is named by it, or as in the repository.
 * @throws UserError when the repository has no such model.
 */
export async function pathOfModel(name: string, repository: string): Promise<string> {
  if (name.endsWith('.onnx')) return name;
  const [model = '', version] = name.split('/');
  if (version !== undefined && !/^\d+$/.test(version))
    throw new UserError(
      `${name} is neither a model file (.onnx) nor the name of a model in ${repository}, such as digits or digits/1.`,
    );
  return (await findModel(repository, model, version === undefined ? undefined : Number(version))).path;
}
