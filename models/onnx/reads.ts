// What graphs and nodes take: the inputs that are no weights, and the values that a node reads, also in its branches.
import type { GraphProto, ModelProto, NodeProto, ValueInfoProto } from './types.ts';

/** Inputs of a graph that are no weights: until version 3 of the format, weights are listed as inputs too. */
export function inputsOf({ input, initializer, sparse_initializer = [] }: GraphProto): ValueInfoProto[] {
  const sparse = sparse_initializer.map(({ values }) => values?.name);
  const weights = new Set([...initializer.map(({ name }) => name), ...sparse]);
  return input.filter(({ name }) => !weights.has(name));
}

/** Everything that a node reads: its inputs, and what the graphs within it take from around them. */
export function readsOf(node: NodeProto): string[] {
  const inner = graphsOf(node).flatMap(({ node: nodes, output }) => [
    ...nodes.flatMap(readsOf),
    // A branch may give out a value from around it as it is.
    ...output.map(({ name }) => name),
  ]);
  return [...node.input, ...inner].filter((name) => name !== '');
}

/** The graphs that a node runs: branches, bodies of loops. */
export function graphsOf({ attribute }: NodeProto): GraphProto[] {
  return attribute.flatMap(({ g, graphs = [] }) => (g === undefined ? graphs : [g, ...graphs]));
}

/** Every node of a model: those of its graph, each before those of its branches, then those of its functions. */
export function nodesOf({ graph, functions = [] }: ModelProto): NodeProto[] {
  return [graph, ...functions].flatMap(({ node }) => node.flatMap(withInner));
}

function withInner(node: NodeProto): NodeProto[] {
  return [node, ...graphsOf(node).flatMap(({ node: inner }) => inner.flatMap(withInner))];
}
