// The border with tfjs-node: TensorFlow's eager binding with types, the one place that casts what tfjs leaves untyped.
import './environment.ts';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs-node-gpu';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { findTensorflow } from '../../setup/tensorflow.mjs';
import { loadWithoutPages } from './library-pages.ts';
import { quietly } from './quietly.ts';

/** Codes of TensorFlow's `DataType` (tensorflow/core/framework/types.proto). */
export const DataType = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  int64: 9,
  bool: 10,
  bfloat16: 14,
} as const;

/** An attribute of an eager op, as tfjs-node's kernels write it; `type` is one of the binding's `TF_ATTR_*`. */
export interface EagerAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** What the binding says of a tensor that an op made: `id` names it in later calls. */
export interface TensorMetadata {
  id: number;
  shape: number[];
  dtype: number;
}

export type TensorData = Float32Array | Int32Array | Uint8Array;

/** The functions of the native addon that we call or record. */
export interface Binding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  readonly TF_Version: string;
  executeOp(
    name: string,
    attributes: EagerAttribute[],
    inputIds: number[],
    outputs: number,
  ): TensorMetadata[];
  createTensor(shape: readonly number[], dtype: number, values: TensorData): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TensorData;
  isUsingGpuDevice(): boolean;
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** Runs synchronously; names are joined by commas, each `node:output`. */
  runSavedModel(id: number, inputIds: number[], inputNames: string, outputNames: string): TensorMetadata[];
}

/** tfjs-node's backend, as far as it is used here. */
export interface Backend {
  binding: Binding;
  readonly tensorMap: { get(dataId: object): { dtype: number; id: number } };
  getInputTensorIds(tensors: Tensor[]): number[];
  createOutputTensor(metadata: TensorMetadata): Tensor;
  executeSingleOutput(name: string, attributes: EagerAttribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: EagerAttribute[],
    inputs: Tensor[],
    outputs: number,
  ): Tensor[];
}

function load(): typeof tfjs {
  try {
    const folder = findTensorflow()?.folder ?? '';
    // Before tfjs, whose own memory comes when the loader's has been given back.
    quietly(() =>
      loadWithoutPages(join(folder, 'libtensorflow_cc.so.2'), /\/libtensorflow_(cc|framework)\.so/),
    );
    return quietly(() => createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu'));
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new UserError(`TensorFlow could not be loaded (${reason}). \`npm run setup\` builds its addon.`);
  }
}

/** tfjs on native TensorFlow. */
export const tf = load();
export const backend = tf.backend() as unknown as Backend;

/** The id by which the binding knows a tensor; writes its values to TensorFlow if they were still in JavaScript. */
export function tensorId(tensor: Tensor): number {
  const [id] = backend.getInputTensorIds([tensor]);
  if (id === undefined) throw new Error('the backend gave no id for a tensor');
  return id;
}

/** TensorFlow's dtype of a tensor: tfjs shows a uint8 tensor as int32. */
export function dataTypeOf(tensor: Tensor): number {
  return backend.tensorMap.get(tensor.dataId).dtype;
}

/** A uint8 tensor over `values` (not copied: keep them unchanged while it lives); tfjs shows it as int32. */
export function uint8Tensor(values: Uint8Array, shape: number[]): Tensor {
  const id = backend.binding.createTensor(shape, DataType.uint8, values);
  return backend.createOutputTensor({ id, shape, dtype: DataType.uint8 });
}

const { binding } = backend;

/** Makers of the attributes that eager ops take. */
export const attribute = {
  type: (name: string, value: number): EagerAttribute => ({ name, type: binding.TF_ATTR_TYPE, value }),
  string: (name: string, value: string): EagerAttribute => ({ name, type: binding.TF_ATTR_STRING, value }),
  int: (name: string, value: number | number[]): EagerAttribute => ({
    name,
    type: binding.TF_ATTR_INT,
    value,
  }),
  float: (name: string, value: number): EagerAttribute => ({ name, type: binding.TF_ATTR_FLOAT, value }),
  bool: (name: string, value: boolean): EagerAttribute => ({ name, type: binding.TF_ATTR_BOOL, value }),
};
