// Puts a model into the repository, with its weights beside it where they are too large for one file.
import { weightBytes } from '../../models/onnx/facts.ts';
import { encodeModel, type ModelProto } from '../../models/onnx/schema.ts';
import { addModel, type ModelFile } from '../../models/repository.ts';
import { LARGEST_FILE, writeModel } from '../files/write-model.ts';

/** Adds the next version of a model; weights of more than `largest` bytes are in a file beside it. */
export function addToRepository(
  repository: string,
  name: string,
  model: ModelProto,
  largest = LARGEST_FILE,
): Promise<ModelFile> {
  return addModel(repository, name, (path) => writeModel(path, model, undefined, largest));
}

/** The bytes of a model where it fits in one file, else the model as it is. */
export function packed(model: ModelProto, largest = LARGEST_FILE): Uint8Array | ModelProto {
  return weightBytes(model) <= largest ? encodeModel(model) : model;
}

/** Bytes of a packed model, those of its weights alone where they are beside it. */
export function packedSize(model: Uint8Array | ModelProto): number {
  return model instanceof Uint8Array ? model.length : weightBytes(model);
}
