// Constant folding on the traced graph: what depends on constants and variables alone is computed now, by TensorFlow.

import {
  type Attribute,
  type Constant,
  type Graph,
  type Node,
  parseReference,
} from '../../train/graph/graph.ts';
import type { State } from '../../train/graph/state.ts';
import {
  AttributeType,
  backend,
  DataType,
  type EagerAttribute,
  type TensorData,
  valuesById,
} from '../../train/graph/tensorflow.ts';
import { isFixed } from '../graph/dimensions.ts';

/** Ops that are never folded: their result is another one every time. */
const random = /^(Random|Stateful|Multinomial)/;

/** Ops that only rename a variable's dimensions: kept, so that the variable keeps its name in the file. */
const renaming = new Set(['Reshape', 'ExpandDims', 'Squeeze', 'Identity']);

/**
 * Replaces every op whose inputs are all known by its result.
 * @param state - Values of the variables.
 */
export function foldConstants(graph: Graph, state: State): Graph {
  const known = new Map<string, Constant>();
  const nodes = graph.nodes.map((node): Node => {
    const own = knownValue(node, state);
    if (own !== undefined) {
      known.set(`${node.name}:0`, own);
      return node;
    }
    const inputs = node.inputs.map((reference) => known.get(reference));
    if (!isFoldable(node) || !inputs.every((input) => input !== undefined)) return node;
    const results = compute(node, inputs);
    results.forEach((constant, i) => {
      known.set(`${node.name}:${i}`, constant);
    });
    const [constant] = results;
    // Of several outputs all must be constants, and a constant has one: such ops stay, and so do those on variables'
    // dimensions.
    if (constant === undefined || results.length > 1 || renaming.has(node.op)) return node;
    return { name: node.name, op: 'Const', inputs: [], attributes: {}, outputs: node.outputs, constant };
  });
  return { ...graph, nodes };
}

/** Drops the nodes that no output depends on. */
export function dropUnused({ nodes, outputs, updates }: Graph): Graph {
  const needed = new Set(outputs.map((reference) => parseReference(reference).name));
  const kept = [...nodes].reverse().filter((node) => {
    if (!needed.has(node.name)) return false;
    for (const reference of node.inputs) needed.add(parseReference(reference).name);
    return true;
  });
  return { nodes: kept.reverse(), outputs, updates };
}

function knownValue(node: Node, state: State): Constant | undefined {
  if (node.op === 'Const') return node.constant?.dynamic ? undefined : node.constant;
  const [output] = node.outputs;
  const values = node.op === 'Variable' ? state.get(node.label ?? '') : undefined;
  if (values === undefined || output === undefined) return undefined;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { dtype: output.dtype, shape: output.shape, bytes };
}

function isFoldable(node: Node): boolean {
  const fixed = node.outputs.every(({ shape }) => isFixed(shape));
  return node.inputs.length > 0 && fixed && !random.test(node.op);
}

/** Runs one op eagerly. */
export function compute(node: Node, inputs: readonly Constant[]): Constant[] {
  const { binding } = backend;
  const ids = inputs.map(({ shape, dtype, bytes }) =>
    binding.createTensor(shape, dtype, typed(dtype, bytes)),
  );
  const attributes = Object.entries(node.attributes).map(([name, value]) => eager(name, value));
  const made = binding.executeOp(node.op, attributes, ids, node.outputs.length);
  const results = made.map(({ id, dtype, shape }): Constant => {
    const values = valuesById(binding, id, dtype);
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    binding.deleteTensor(id);
    return { dtype, shape: [...shape], bytes };
  });
  for (const id of ids) binding.deleteTensor(id);
  return results;
}

export function typed(dtype: number, bytes: Uint8Array): TensorData {
  const { buffer } = bytes.slice();
  if (dtype === DataType.float32) return new Float32Array(buffer);
  return dtype === DataType.int32 ? new Int32Array(buffer) : new Uint8Array(buffer);
}

export function eager(name: string, value: Attribute): EagerAttribute {
  if ('s' in value) return { name, type: AttributeType.string, value: value.s };
  if ('i' in value) return { name, type: AttributeType.int, value: value.i };
  if ('f' in value) return { name, type: AttributeType.float, value: value.f };
  if ('b' in value) return { name, type: AttributeType.bool, value: value.b };
  if ('type' in value) return { name, type: AttributeType.type, value: value.type };
  if ('shape' in value) return { name, type: AttributeType.shape, value: [...value.shape] };
  if ('ints' in value) return { name, type: AttributeType.int, value: [...value.ints] };
  if ('floats' in value) return { name, type: AttributeType.float, value: [...value.floats] };
  return { name, type: AttributeType.bool, value: [...value.bools] };
}
