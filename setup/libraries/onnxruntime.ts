// onnxruntime for Node, with its telemetry turned off: the one place that loads the package (a lint rule holds that).
import './without-telemetry.mjs';
import type * as Package from 'onnxruntime-node';
import { SetupError } from '../errors.mjs';
import { noOnnxRuntime, requireOnnxRuntime } from './find-onnxruntime.mjs';

/** What we use of the package. */
type Used = Pick<typeof Package, 'InferenceSession' | 'Tensor' | 'env'>;

/** Without the package, each says so when it is used. */
export const { InferenceSession, Tensor, env }: Used = load();

export type InferenceSession = Package.InferenceSession;
export declare namespace InferenceSession {
  type SessionOptions = Package.InferenceSession.SessionOptions;
  type ExecutionProviderConfig = Package.InferenceSession.ExecutionProviderConfig;
}

export type Tensor = Package.Tensor;
export declare namespace Tensor {
  type DataType = Package.Tensor.DataType;
  type Type = Package.Tensor.Type;
}

function load(): Used {
  const require = requireOnnxRuntime();
  if (require !== undefined) return withHalvesAsNumbers(require('onnxruntime-node'));
  const missing = new Proxy(() => {}, { get: refuse, set: refuse, construct: refuse });
  return { InferenceSession: missing, Tensor: missing, env: missing } as unknown as Used;
}

/**
 * The package takes the bits of float16 as Uint16Array where there is no Float16Array, as in Node 20 and 22. Of the one
 * that Node 24 has, its addon reads no byte: https://github.com/microsoft/onnxruntime/pull/32323. It looks for that once,
 * when the first tensor is made.
 */
function withHalvesAsNumbers(used: Used): Used {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'Float16Array');
  if (own === undefined) return used;
  Reflect.deleteProperty(globalThis, 'Float16Array');
  new used.Tensor('uint8', [0]);
  Object.defineProperty(globalThis, 'Float16Array', own);
  return used;
}

function refuse(): never {
  throw new SetupError(noOnnxRuntime());
}
