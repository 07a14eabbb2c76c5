// A model file that a command is given: by its path, or by its name in the repository.

import { type Card, cardKey, readCard } from '../../models/card.ts';
import { readDefaultModel } from '../../models/default-model.ts';
import { UserError } from '../../models/errors.ts';
import { readOnnxFile } from '../../models/onnx/read-file.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import { findModel } from '../../models/repository.ts';
import { command } from '../../setup/invocation.mjs';

export interface OpenModelFile {
  readonly path: string;
  /** Of the file, and of the weights beside it. */
  readonly size: number;
  /** What onnxruntime loads: its bytes, or its path where there are weights beside it. */
  readonly source: string | Uint8Array;
  /** With all its weights, the elements of every array in `raw_data`. */
  readonly model: ModelProto;
  /** Absent where the file has none. */
  readonly card?: Card;
}

/**
 * Opens `models/digits/1/model.onnx`, or `digits` (its newest version) or `digits/1` of the repository; without a name, the
 * model that was exported last.
 * @throws UserError when there is no such file, or it is damaged or no ONNX.
 */
export async function openModelFile(file: string | undefined, repository: string): Promise<OpenModelFile> {
  const path = file === undefined ? await pathOfNewest(repository) : await pathOfModel(file, repository);
  const { bytes, model, outside } = readOnnxFile(path);
  const size = outside.reduce((sum, { length }) => sum + length, bytes.length);
  const source = outside.length === 0 ? bytes : path;
  return { path, size, source, model, ...(hasCard(model) && { card: cardIn(path, bytes) }) };
}

/** The newest version of the model that was exported last, or that is the only one. @throws UserError where neither is known. */
async function pathOfNewest(repository: string): Promise<string> {
  return (await findModel(repository, await readDefaultModel(repository))).path;
}

function hasCard({ metadata_props }: ModelProto): boolean {
  return metadata_props.some(({ key }) => key === cardKey);
}

function cardIn(path: string, bytes: Uint8Array): Card {
  try {
    return readCard(bytes);
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${path}: ${error.message}`, { cause: error }) : error;
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
