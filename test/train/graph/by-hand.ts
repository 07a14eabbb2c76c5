// Graphs written by hand, without TensorFlow: `made('vel', 'Add', ['kept:0', 'g:0'], [2])`.
import type { Graph, Node } from '../../../train/graph/graph.ts';
import { DataType } from '../../../train/graph/tensorflow.ts';

const { float32 } = DataType;

/** An op that makes one float32 value. */
export function made(name: string, op: string, inputs: string[], shape: number[]): Node {
  return { name, op, inputs, attributes: {}, outputs: [{ dtype: float32, shape }] };
}

/** An input or a variable, whose label is its name. */
export function given(op: 'Input' | 'Variable', name: string, shape: number[]): Node {
  return { ...made(name, op, [], shape), label: name };
}

/** A constant of float32. */
export function constant(name: string, values: number[], shape: number[]): Node {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  return { ...made(name, 'Const', [], shape), constant: { dtype: float32, shape, bytes } };
}

export function graphOf(
  nodes: readonly Node[],
  outputs: readonly string[],
  updates: Record<string, string> = {},
): Graph {
  return { nodes, outputs, updates: new Map(Object.entries(updates)) };
}

/** `nodes` with others in place of those of the same names, and the rest of the others behind. */
export function replaced(nodes: readonly Node[], others: readonly Node[]): Node[] {
  const names = new Set(nodes.map(({ name }) => name));
  return [
    ...nodes.map((node) => others.find(({ name }) => name === node.name) ?? node),
    ...others.filter(({ name }) => !names.has(name)),
  ];
}
