// Whether a model file is built as ONNX and our contract ask, found out without running it.

import type { Card } from '../../models/card.ts';
import {
  dataType,
  elementBytes,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../models/onnx/schema.ts';
import { sizeOf } from '../../models/shape.ts';

/** What is wrong, one sentence each; empty when nothing is. */
export function problemsOf({ graph, opset_import }: ModelProto, { input, output, labels }: Card): string[] {
  const opset = opset_import.find(({ domain }) => !domain)?.version;
  return [
    ...(opset === undefined ? ["it names no version of ONNX's operators"] : []),
    ...portProblems('input', graph.input, input.name, dataType.UINT8, ['N', ...input.shape]),
    ...portProblems('output', graph.output, output.name, dataType.FLOAT, ['N', labels.length]),
    ...graph.initializer.flatMap(sizeProblems),
    ...orderProblems(graph),
  ];
}

function portProblems(
  kind: string,
  ports: readonly ValueInfoProto[],
  name: string,
  type: number,
  dims: readonly (string | number)[],
): string[] {
  const [port, ...others] = ports;
  const tensor = port?.type?.tensor_type;
  const received = tensor?.shape?.dim.map(({ dim_value, dim_param }) => dim_param ?? dim_value ?? '?') ?? [];
  const right = port?.name === name && tensor?.elem_type === type && received.join() === dims.join();
  if (right && others.length === 0) return [];
  const shown = ports.map(({ name: each }) => each).join(', ') || 'none';
  return [
    `expected one ${kind} ${name} [${dims}] of type ${type}, received ${shown} [${received}] of type ${tensor?.elem_type}`,
  ];
}

function sizeProblems({ name, dims, data_type, raw_data }: TensorProto): string[] {
  const size = elementBytes.get(data_type);
  if (size === undefined) return [`${name} has the unexpected type ${data_type}`];
  const expected = size * sizeOf(dims);
  const received = raw_data?.length ?? 0;
  return received === expected ? [] : [`${name} [${dims}] has ${received} bytes, expected ${expected}`];
}

/** Every value must be made once, and before it is used. */
function orderProblems({ node, input, initializer, output }: ModelProto['graph']): string[] {
  const problems: string[] = [];
  const known = new Set(['']);
  const make = (name: string) => {
    if (name !== '' && known.has(name)) problems.push(`two values are called ${name}`);
    known.add(name);
  };
  for (const { name } of [...input, ...initializer]) make(name ?? '');
  for (const { name, op_type, input: inputs, output: outputs } of node) {
    for (const each of inputs)
      if (!known.has(each)) problems.push(`${op_type} ${name} uses ${each} before it is computed`);
    outputs.forEach(make);
  }
  for (const { name } of output) if (!known.has(name)) problems.push(`nothing computes the output ${name}`);
  return problems;
}
