// A tfjs model from elsewhere, as a network: a layers model or a graph model, from its model.json.
import { statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { savedModelNetwork } from '../saved-model/network.ts';
import type { Network } from '../trace/network.ts';
import { graphNetwork } from './graph-model.ts';
import { layersNetwork } from './layers-model.ts';
import { readModelFiles, reason } from './model-json.ts';
import { isSavedModel } from './model-path.ts';

/** A network that was read from files. */
export interface ReadNetwork extends Network {
  readonly format: 'layers model' | 'graph model' | 'SavedModel';
  readonly parameters: number;
  /** SHA-256 of its files. */
  readonly digest: string;
}

/**
 * Reads a model.json, or the folder that holds it or a TensorFlow SavedModel.
 * @throws UserError when it is damaged, or needs what tfjs does not have: it says which.
 */
export async function readNetwork(path: string): Promise<ReadNetwork> {
  if (isSavedModel(path)) return readSaved(path);
  const folder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const file = folder ? join(path, 'model.json') : path;
  const files = readModelFiles(file);
  const name = nameOf(resolve(file));
  try {
    const network = await (files.format === 'layers' ? layersNetwork : graphNetwork)(files, name);
    const format = files.format === 'layers' ? 'layers model' : 'graph model';
    const run = withReadableErrors(file, network.run);
    return { ...network, run, format, parameters: files.parameters, digest: files.digest };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file} could not be loaded by tfjs: ${reason(error)}.${files.keras3 ? KERAS_3 : hint(reason(error))}`,
      {
        cause: error,
      },
    );
  }
}

/** Names that say nothing of a model: of files, and of folders of versions. */
const NO_NAME = /^(model|\d+)$/;

/**
 * The name of a model: that of its file, or where it is model.json or a number, of the nearest folder that has one. So
 * no two models in one folder, and no two versions folders called 1, are written to one file.
 */
export function nameOf(path: string): string {
  const name = basename(path).replace(/\.json$/, '');
  const parent = dirname(path);
  return NO_NAME.test(name) && parent !== path ? nameOf(parent) : name;
}

function readSaved(folder: string): ReadNetwork {
  try {
    const network = { ...savedModelNetwork(folder), name: nameOf(resolve(folder)) };
    return { ...network, run: withReadableErrors(folder, network.run), format: 'SavedModel' };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${folder} could not be loaded by TensorFlow: ${reason(error)}.`, { cause: error });
  }
}

/** Errors of tfjs while it runs the model are the user's to read: an op that it does not know, shapes that do not fit. */
function withReadableErrors(file: string, run: Network['run']): Network['run'] {
  return (inputs) => {
    try {
      return run(inputs);
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw new UserError(`${file} could not be run by tfjs: ${reason(error)}.`, { cause: error });
    }
  };
}

const KERAS_3 = " Write a SavedModel in Keras instead, with model.export('folder'), and export that folder.";

function hint(message: string): string {
  if (/Unknown (layer|activation|initializer|regularizer|constraint)|not registered/i.test(message))
    return ' Register it with tf.serialization.registerClass in a script of your own, and export the model from there with networkToOnnx (export/trace/network.ts).';
  return '';
}
