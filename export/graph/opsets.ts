// Which versions of ONNX's operators are written, and which version of the file format came with each.

/** Operator sets that can be written: up to the newest that onnxruntime 1.30 loads. */
export const OPSETS = { oldest: 13, usual: 17, newest: 26 } as const;

/** From which operator set on which version of the file format is written. */
const IR_VERSIONS = [
  [13, 7],
  [15, 8],
  [19, 9],
  [21, 10],
  [23, 11],
  [24, 12],
  [25, 13],
] as const;

/** The file format's version that came with an operator set (https://onnx.ai/onnx/repo-docs/Versioning.html). */
export function irVersion(opset: number): number {
  const [, version = 7] = [...IR_VERSIONS].reverse().find(([from]) => opset >= from) ?? [];
  return version;
}
