// What a model says about itself: its operator set, the size of its weights, and which of them are in other files.
import type { ModelProto, TensorProto } from './types.ts';

/** Version of ONNX's own operators that a model uses; undefined when it names none. `ai.onnx` is their other name. */
export function opsetOf({ opset_import }: ModelProto): number | undefined {
  return opset_import.find(({ domain }) => !domain || domain === 'ai.onnx')?.version;
}

/** Bytes of all weights that are in the model. */
export function weightBytes({ graph }: ModelProto): number {
  return graph.initializer.reduce((sum, { raw_data }) => sum + (raw_data?.length ?? 0), 0);
}

/** What `data_location` says of a tensor whose numbers are elsewhere (onnx.proto, TensorProto.DataLocation). */
export const EXTERNAL = 1;

export function isExternal({ data_location }: TensorProto): boolean {
  return data_location === EXTERNAL;
}
