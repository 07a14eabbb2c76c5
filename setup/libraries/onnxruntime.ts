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
  if (require !== undefined) return require('onnxruntime-node');
  const missing = new Proxy(() => {}, { get: refuse, set: refuse, construct: refuse });
  return { InferenceSession: missing, Tensor: missing, env: missing } as unknown as Used;
}

function refuse(): never {
  throw new SetupError(noOnnxRuntime());
}
