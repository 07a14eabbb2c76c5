// Whether a model file is built as ONNX and our contract ask, found out without running it.

import type { Card } from '../../models/card.ts';
import { NOVELTY } from '../../models/novelty.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import { inputsOf } from '../../models/onnx/reads.ts';
import {
  dataType,
  type ModelProto,
  type TensorProto,
  type ValueInfoProto,
} from '../../models/onnx/schema.ts';
import { tensorSize } from '../../models/onnx/tensor-elements.ts';
import { typeName } from '../../models/onnx/types.ts';
import { sizeOf } from '../../models/shape.ts';

/** What is wrong, one sentence each; empty when nothing is. */
export function problemsOf(model: ModelProto, { input, output, labels, novelty }: Card): string[] {
  const { graph } = model;
  const isStrange = ({ name }: ValueInfoProto) => novelty !== undefined && name === NOVELTY;
  const strange = graph.output.filter(isStrange);
  const outputs = graph.output.filter((each) => !isStrange(each));
  return [
    ...(opsetOf(model) === undefined ? ["it names no version of ONNX's operators"] : []),
    ...portProblems('input', inputsOf(graph), input.name, dataType.UINT8, ['N', ...input.shape]),
    ...portProblems('output', outputs, output.name, dataType.FLOAT, ['N', labels.length]),
    ...(novelty ? portProblems('output', strange, NOVELTY, dataType.FLOAT, ['N', 1]) : []),
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
  // A model from elsewhere may take a fixed number of pictures.
  const [first, ...rest] = received;
  const fits = (first === dims[0] || Number(first) > 0) && rest.join() === dims.slice(1).join();
  const right = port?.name === name && tensor?.elem_type === type && fits;
  if (right && others.length === 0) return [];
  const names = ports.map(({ name: each }) => each).join(', ');
  const shown =
    port === undefined ? 'none' : `${names} [${received}] of type ${typeName(tensor?.elem_type ?? 0)}`;
  return [`expected one ${kind} ${name} [${dims}] of type ${typeName(type)}, received ${shown}`];
}

function sizeProblems(tensor: TensorProto): string[] {
  const { name, dims, data_type, raw_data = [], string_data = [] } = tensor;
  const text = data_type === dataType.STRING;
  const expected = text ? sizeOf(dims) : tensorSize(tensor);
  if (expected === undefined) return [`${name} has the unexpected type ${typeName(data_type)}`];
  const received = (text ? string_data : raw_data).length;
  if (received === expected) return [];
  const what = text ? 'texts' : 'bytes';
  return [`${name} [${dims}] has ${received} ${what}, expected ${expected}`];
}

/** Every value must be made once, and before it is used. */
function orderProblems(graph: ModelProto['graph']): string[] {
  const { node, initializer, sparse_initializer: sparse = [], output } = graph;
  const problems: string[] = [];
  const known = new Set(['']);
  const make = (name: string) => {
    if (name !== '' && known.has(name)) problems.push(`two values are called ${name}`);
    known.add(name);
  };
  for (const { name } of [
    ...inputsOf(graph),
    ...initializer,
    ...sparse.flatMap(({ values }) => values ?? []),
  ])
    make(name ?? '');
  for (const { name, op_type, input: inputs, output: outputs } of node) {
    for (const each of inputs)
      if (!known.has(each)) problems.push(`${op_type} ${name} uses ${each} before it is computed`);
    outputs.forEach(make);
  }
  for (const { name } of output) if (!known.has(name)) problems.push(`nothing computes the output ${name}`);
  return problems;
}
