// The border with tfjs-node: TensorFlow's eager binding with types, the one place that casts what tfjs leaves untyped.
import { command } from '../../setup/invocation.mjs';
import './environment.ts';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs-node-gpu';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { messageOf, UserError } from '../../models/errors.ts';
import { findTensorflow, libraryFile } from '../../setup/libraries/tensorflow.mjs';
import { loadTensorflowJs } from '../../setup/libraries/tensorflow-js.mjs';
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

/** Codes of the types of attributes, `TF_AttrType` (tensorflow/c/tf_attrtype.h). */
export const AttributeType = { string: 0, int: 1, float: 2, bool: 3, type: 4, shape: 5 } as const;

/** An attribute of an eager op, as tfjs-node's kernels write it; `type` is a code of `AttributeType`. */
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

/**
 * Makers of a library's objects by name, loaded when one is first asked for: a command that refuses its words has loaded
 * nothing. Asking costs 0.02 us more than asking the library itself, and is done while a function is traced, not at each step.
 */
function loadedWhenUsed<T extends object>(load: () => T): T {
  let library: T | undefined;
  const loaded = () => {
    library ??= load();
    return library;
  };
  return new Proxy({} as T, {
    get: (_, name) => Reflect.get(loaded(), name),
    set: (_, name, value) => Reflect.set(loaded(), name, value),
    has: (_, name) => Reflect.has(loaded(), name),
  });
}

function load(): typeof tfjs {
  try {
    const folder = findTensorflow()?.folder ?? '';
    // Before tfjs, whose own memory comes when the loader's has been given back. By what Linux says of its mappings.
    if (process.platform === 'linux')
      quietly(() =>
        loadWithoutPages(join(folder, libraryFile('tensorflow_cc')), /\/libtensorflow_(cc|framework)\.so/),
      );
    return quietly(() => loadTensorflowJs() as typeof tfjs);
  } catch (error) {
    const reason = messageOf(error).split('\n')[0];
    throw new UserError(
      `TensorFlow could not be loaded (${reason}). To make it ready: ${command('setup', ['--for', 'train'])}`,
    );
  }
}

/** tfjs on native TensorFlow, loaded at its first use. */
export const tf = loadedWhenUsed(load);

/**
 * Loads TensorFlow now: what needs it later says so before it has worked for nothing.
 * @throws UserError where it is not there, with the command that makes it ready
 */
export function requireTensorflow(): void {
  void tf.version;
}

export const backend = loadedWhenUsed(() => tf.backend() as unknown as Backend);

/**
 * A function with a gradient of its own, for a constant of a module: `tf.customGrad` itself would load TensorFlow when
 * the module is imported.
 */
export function customGradient(
  withGradient: Parameters<typeof tf.customGrad>[0],
): ReturnType<typeof tf.customGrad> {
  let apply: ReturnType<typeof tf.customGrad> | undefined;
  return (...tensors) => {
    apply ??= tf.customGrad(withGradient);
    return apply(...tensors);
  };
}

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

/** Runs an op that has one result. */
export function executeOne(
  binding: Binding,
  op: string,
  attributes: EagerAttribute[],
  inputs: number[],
): TensorMetadata {
  const [made] = binding.executeOp(op, attributes, inputs, 1);
  if (made === undefined) throw new Error(`${op} has no result`);
  return made;
}

/** The values of the tensor that the binding knows by `id`: it has no way of its own to read bytes. */
export function valuesById(binding: Binding, id: number, dtype: number): TensorData {
  if (dtype !== DataType.uint8) return binding.tensorDataSync(id);
  const types = [eagerAttribute.type('SrcT', DataType.uint8), eagerAttribute.type('DstT', DataType.int32)];
  const wide = executeOne(binding, 'Cast', types, [id]);
  const values = Uint8Array.from(binding.tensorDataSync(wide.id));
  binding.deleteTensor(wide.id);
  return values;
}

/** The values of a tensor, of bytes as well, which `dataSync` does not read. */
export function valuesOf(tensor: Tensor): TensorData {
  if (dataTypeOf(tensor) !== DataType.uint8) return tensor.dataSync() as TensorData;
  return valuesById(backend.binding, tensorId(tensor), DataType.uint8);
}

/** A uint8 tensor over `values` (not copied: keep them unchanged while it lives); tfjs shows it as int32. */
export function uint8Tensor(values: Uint8Array, shape: number[]): Tensor {
  const id = backend.binding.createTensor(shape, DataType.uint8, values);
  return backend.createOutputTensor({ id, shape, dtype: DataType.uint8 });
}

/** Makers of the attributes that eager ops take. */
export const eagerAttribute = {
  type: (name: string, value: number): EagerAttribute => ({ name, type: AttributeType.type, value }),
  string: (name: string, value: string): EagerAttribute => ({ name, type: AttributeType.string, value }),
  int: (name: string, value: number | number[]): EagerAttribute => ({
    name,
    type: AttributeType.int,
    value,
  }),
  float: (name: string, value: number): EagerAttribute => ({ name, type: AttributeType.float, value }),
  bool: (name: string, value: boolean): EagerAttribute => ({ name, type: AttributeType.bool, value }),
};
