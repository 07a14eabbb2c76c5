// A traced TensorFlow graph as an ONNX model.
import { UserError } from '../models/errors.ts';
import type { GraphProto, ModelProto, NodeProto } from '../models/onnx/schema.ts';
import type { Graph, Node } from '../train/graph/graph.ts';
import type { State } from '../train/graph/state.ts';
import { type Builder, createBuilder } from './graph/builder.ts';
import { BATCH, isDynamic } from './graph/dimensions.ts';
import { placeOf } from './graph/layout.ts';
import { onnxType, valueInfo } from './graph/onnx.ts';
import { createOp, describeOp } from './graph/op.ts';
import { plain } from './graph/operands.ts';
import { irVersion, OPSETS } from './graph/opsets.ts';
import { layerOf, type Value } from './graph/value.ts';
import { alternativeTo, findConverter } from './ops/index.ts';
import { foldBatchNorm } from './passes/batch-norm.ts';
import { dropUnused, foldConstants } from './passes/fold.ts';
import { passes as allPasses, type Pass, runPasses } from './passes/index.ts';
import { dropNeutral } from './passes/neutral.ts';
import type { TracedGraph } from './trace/index.ts';

export interface ConvertOptions {
  /** Name of the graph. */
  name: string;
  /** What the outputs are called, in the order of the traced function's results. */
  outputs: readonly string[];
  /** Version of ONNX's operators. */
  opset?: number;
  /** Puts batch norm into the convolution or product before it; by default it is kept. */
  foldBatchNorm?: boolean;
  /** Passes over the result; all of them if left out. */
  passes?: Readonly<Record<string, Pass>>;
  /** Called for each TensorFlow op, with the ONNX operators that it became. */
  onOp?: (op: string, operators: readonly string[]) => void;
}

/** A record; what it says of sizes that vary, `traceModel` finds out. */
type Traced = Graph & Partial<TracedGraph>;

/**
 * Converts a graph; the same graph and weights give the same model.
 *
 * @param graph - A forward pass, as `traceModel` or `traceDynamic` records it; its inputs keep their names and types.
 * @param state - Values of its variables, which become initializers of the same names.
 * @throws UserError for an op or a case that is not converted; it names the op, its layer and a way out.
 */
export function convert(graph: Traced, state: State, options: ConvertOptions): ModelProto {
  const { opset = OPSETS.usual, passes = allPasses } = options;
  const chosen = options.foldBatchNorm ? { foldBatchNorm, ...passes } : passes;
  if (!Number.isInteger(opset) || opset < OPSETS.oldest || opset > OPSETS.newest)
    throw new UserError(`opset ${opset} cannot be written: choose ${OPSETS.oldest} to ${OPSETS.newest}.`);
  const folded = { ...graph, ...dropUnused(dropNeutral(foldConstants(dropUnused(graph), state))) };
  return {
    ir_version: irVersion(opset),
    producer_name: 'trainyard',
    opset_import: [{ domain: '', version: opset }],
    graph: runPasses(convertGraph(folded, state, options, opset), opset, chosen),
    metadata_props: [],
  };
}

function convertGraph(graph: Traced, state: State, options: ConvertOptions, opset: number): GraphProto {
  const inputs = graph.nodes.filter(({ op }) => op === 'Input').map(inputOf);
  const varying = [...(graph.names ?? [])].flatMap(([size, name]) => (size === BATCH ? [] : [name]));
  const reserved = [...inputs.map(({ name }) => name), ...options.outputs];
  const build = createBuilder(opset, reserved, graph.samples, varying);
  const values = new Map<string, Value>();
  const find = (reference: string): Value => {
    const value = values.get(reference);
    if (value === undefined) throw new Error(`the graph uses ${reference} before it is computed`);
    return value;
  };
  const uses = countUses(graph);
  const usesOfValue = new Map<string, number>();
  for (const node of graph.nodes) {
    const firstNode = build.nodes.length;
    const made = convertNode(node, node.inputs.map(find), state, build, (name) => usesOfValue.get(name) ?? 0);
    options.onOp?.(
      node.op,
      build.nodes.slice(firstNode).map(({ op_type }) => op_type),
    );
    const before = new Set(node.inputs.map((reference) => sourceName(find(reference))));
    made.forEach((value, i) => {
      const reference = `${node.name}:${i}`;
      const name = sourceName(value);
      values.set(reference, value);
      noteSizes(build, value);
      // An op that only gives a value another shape is no use of it; who uses the result uses the value.
      const own = before.has(name) ? -1 : 0;
      usesOfValue.set(name, (usesOfValue.get(name) ?? 0) + (uses.get(reference) ?? 0) + own);
    });
  }
  const results = graph.outputs.map(find);
  const names = results.map((value) => plain(build, value));
  return {
    name: options.name,
    node: nameOutputs(build, names, options.outputs),
    initializer: build.initializers,
    input: inputs.map(({ name, type, shape }) => valueInfo(name, type, shape, graph.names)),
    output: results.map(({ type, shape }, i) =>
      valueInfo(options.outputs[i] ?? '', type, shape, graph.names),
    ),
  };
}

function convertNode(
  node: Node,
  inputs: readonly Value[],
  state: State,
  build: Builder,
  uses: (name: string) => number,
): readonly Value[] {
  if (node.op === 'Input') return [inputOf(node)];
  if (node.op === 'Variable' || node.op === 'Const') return [constantOf(node, state)];
  const converter = findConverter(node.op);
  if (converter === undefined)
    throw new UserError(
      `TensorFlow op ${describeOp(node, inputs.flatMap((value) => value.layer ?? [])[0])} cannot be exported to ONNX. ${alternativeTo(node.op)}`,
    );
  const made = converter(createOp(build, node, inputs, uses));
  return 'name' in made ? [made] : made;
}

/** Notes where the sizes of a value can be read off when the model runs. */
function noteSizes(build: Builder, { name, shape, layout }: Value): void {
  shape.forEach((size, axis) => {
    if (name !== '' && isDynamic(size)) build.sizeIsAt(size, name, placeOf(axis, layout, shape.length));
  });
}

/** Name of the value of which `value` may be but another shape. */
function sourceName({ name, source }: Value): string {
  return source?.name ?? name;
}

function inputOf(node: Node): Value {
  return { name: node.label ?? node.name, layout: 'channelsLast', ...typeOf(node) };
}

function constantOf(node: Node, state: State): Value {
  const type = { name: '', layout: 'channelsLast', ...typeOf(node) } as const;
  if (node.op === 'Const') {
    const { bytes = new Uint8Array(), dynamic } = node.constant ?? {};
    return { ...type, constant: { bytes, ...(dynamic && { dynamic }) } };
  }
  const label = node.label ?? node.name;
  const values = state.get(label);
  if (values === undefined) throw new Error(`there is no value for variable ${label}`);
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const layer = layerOf(label);
  return { ...type, constant: { bytes, label }, ...(layer === undefined ? {} : { layer }) };
}

function typeOf(node: Node): { type: number; shape: readonly number[] } {
  const [output] = node.outputs;
  const type = output && onnxType(output.dtype);
  if (output === undefined || type === undefined)
    throw new UserError(
      `${node.label ?? node.name} has TensorFlow's type ${output?.dtype}, which is not exported: use float32, int32, uint8 or bool.`,
    );
  return { type, shape: output.shape };
}

function countUses(graph: Graph): Map<string, number> {
  const counts = new Map<string, number>();
  for (const reference of [...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs])
    counts.set(reference, (counts.get(reference) ?? 0) + 1);
  return counts;
}

/** Calls the values that are outputs by the outputs' names. */
function nameOutputs(build: Builder, values: readonly string[], outputs: readonly string[]): NodeProto[] {
  const renamed = new Map<string, string>();
  const copies: NodeProto[] = [];
  values.forEach((value, i) => {
    const name = outputs[i] ?? '';
    // An input, a constant or a value that is an output already gets a copy.
    if (build.producer(value) !== undefined && !renamed.has(value)) renamed.set(value, name);
    else copies.push({ op_type: 'Identity', name, input: [value], output: [name], attribute: [] });
  });
  const rename = (name: string) => renamed.get(name) ?? name;
  const nodes = [...build.nodes, ...copies];
  return nodes.map((node) => ({ ...node, input: node.input.map(rename), output: node.output.map(rename) }));
}
