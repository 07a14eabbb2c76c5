// A recorded computation: TensorFlow ops in the order they ran, as plain data that passes read and rewrite.

/** An attribute of a node, named after the field of TensorFlow's `AttrValue` that holds it. */
export type Attribute =
  | { s: string }
  | { i: number }
  | { f: number }
  | { b: boolean }
  | { type: number }
  | { shape: readonly number[] }
  | { ints: readonly number[] }
  | { floats: readonly number[] }
  | { bools: readonly boolean[] };

/** Values of a constant: little-endian bytes of `dtype`, row-major. */
export interface Constant {
  dtype: number;
  shape: readonly number[];
  bytes: Uint8Array;
  /** Whether some of its numbers are sizes that are known when the graph runs, written as in shapes. */
  dynamic?: true;
}

/** Type and shape of one output of a node; -1 stands for the batch. */
export interface Output {
  dtype: number;
  shape: readonly number[];
}

/**
 * One op. Three ops are ours and are replaced by the code that reads the graph: `Input` (label: the name of the input),
 * `Variable` (label: the name of the variable, read before the computation) and `Const` (with `constant`).
 * Every other op is TensorFlow's, by its registered name.
 */
export interface Node {
  name: string;
  op: string;
  /** References `name:index`. */
  inputs: readonly string[];
  attributes: Readonly<Record<string, Attribute>>;
  outputs: readonly Output[];
  /** A value that must be there before the op begins, although the op does not read it. */
  after?: string | undefined;
  label?: string;
  constant?: Constant;
}

export interface Graph {
  nodes: readonly Node[];
  /** References to the results of the traced function, in its order. */
  outputs: readonly string[];
  /** Variables that the function assigned: name -> reference to the new value. */
  updates: ReadonlyMap<string, string>;
}

/** The nodes of `graph` by name. */
export function nodesByName(graph: Graph): Map<string, Node> {
  return new Map(graph.nodes.map((node) => [node.name, node]));
}

/** How many inputs, outputs and updates name each value. */
export function usersOf({ nodes, outputs, updates }: Graph): Map<string, number> {
  const users = new Map<string, number>();
  for (const reference of [...nodes.flatMap(({ inputs }) => inputs), ...outputs, ...updates.values()])
    users.set(reference, (users.get(reference) ?? 0) + 1);
  return users;
}

/** Splits a reference `name:index`. */
export function parseReference(reference: string): { name: string; index: number } {
  const colon = reference.lastIndexOf(':');
  return { name: reference.slice(0, colon), index: Number(reference.slice(colon + 1)) };
}

/** The same graph, where other references stand for some. */
export function withRenamed(graph: Graph, renamed: ReadonlyMap<string, string>): Graph {
  const now = (reference: string) => renamed.get(reference) ?? reference;
  return {
    nodes: graph.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(now),
      ...(node.after !== undefined && { after: now(node.after) }),
    })),
    outputs: graph.outputs.map(now),
    updates: new Map([...graph.updates].map(([label, reference]) => [label, now(reference)])),
  };
}
