// Which runtimes run a model file: from which version on, by its operators and its format.
import { opsetOf } from '../../models/onnx/facts.ts';
import { inputsOf, nodesOf } from '../../models/onnx/reads.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';

/**
 * First releases of onnxruntime that run an operator set in full, and the newest IR version they read.
 * Reference: https://onnxruntime.ai/docs/reference/compatibility.html, "ONNX opset support", up to 1.18; from there on
 * what the releases on PyPI themselves load, up to 1.30.
 */
const RELEASES: readonly (readonly [release: string, opset: number, irVersion: number])[] = [
  ['1.6', 13, 7],
  ['1.8', 14, 7],
  ['1.10', 15, 8],
  ['1.11', 16, 8],
  ['1.12', 17, 8],
  ['1.14', 18, 8],
  ['1.15', 19, 9],
  ['1.17', 20, 9],
  ['1.18', 21, 10],
  ['1.21', 22, 10],
  ['1.23', 23, 11],
  ['1.24', 25, 13],
  ['1.25', 26, 13],
];

export interface Runtimes {
  /** Oldest release of onnxruntime; absent where it is newer than this program knows. */
  readonly onnxruntime?: string;
  /** Operators that are neither ONNX's own nor in the file, with their domains: other runtimes don't have them. */
  readonly foreign: readonly string[];
  /** Whether any number of pictures can be asked at once. */
  readonly anyBatch: boolean;
}

export function runtimesOf(model: ModelProto): Runtimes {
  const { graph, ir_version, functions = [] } = model;
  const opset = opsetOf(model) ?? 0;
  const release = RELEASES.find(([, most, ir]) => most >= opset && ir >= ir_version)?.[0];
  const inside = new Set(functions.map(({ domain, name }) => `${domain}.${name}`));
  const foreign = nodesOf(model)
    .flatMap(({ domain, op_type }) => (domain && domain !== 'ai.onnx' ? [`${domain}.${op_type}`] : []))
    .filter((name) => !inside.has(name));
  const [batch] = inputsOf(graph)[0]?.type?.tensor_type?.shape?.dim ?? [];
  return {
    ...(release !== undefined && { onnxruntime: release }),
    foreign: [...new Set(foreign)],
    anyBatch: batch !== undefined && !batch.dim_value,
  };
}
