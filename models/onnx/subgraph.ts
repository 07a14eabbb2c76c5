// Questions about the graph of an ONNX file: which node makes a value, and which values depend on the picture.
import { inputsOf, readsOf } from './reads.ts';
import type { AttributeProto, GraphProto, NodeProto, SparseTensorProto, ValueInfoProto } from './types.ts';

/** The node that makes each value. */
export function producersOf({ node }: GraphProto): Map<string, NodeProto> {
  return new Map(node.flatMap((each) => each.output.map((name) => [name, each] as const)));
}

/** The values that depend on `start`. */
export function dependentsOf({ node }: GraphProto, start: string): Set<string> {
  const dependent = new Set([start]);
  for (const each of node)
    if (readsOf(each).some((name) => dependent.has(name)))
      for (const name of each.output) dependent.add(name);
  dependent.delete('');
  return dependent;
}

/** The nodes that these values depend on, in their order, and the names of all values that those read. */
export function neededFor(
  { node }: Pick<GraphProto, 'node'>,
  values: readonly string[],
): { readonly nodes: NodeProto[]; readonly names: ReadonlySet<string> } {
  const names = new Set(values);
  const kept = [...node].reverse().filter((each) => {
    if (!each.output.some((name) => names.has(name))) return false;
    for (const name of readsOf(each)) names.add(name);
    return true;
  });
  return { nodes: kept.reverse(), names };
}

/** What `output` is made of alone: the graph without the nodes and weights that it does not need. */
export function prunedTo(graph: GraphProto, output: string): GraphProto {
  const { nodes, names: needed } = neededFor(graph, [output]);
  return {
    ...graph,
    node: nodes,
    initializer: graph.initializer.filter(({ name = '' }) => needed.has(name)),
    ...(graph.sparse_initializer && {
      sparse_initializer: graph.sparse_initializer.filter(({ values }) => needed.has(values?.name ?? '')),
    }),
    input: inputsOf(graph).filter(({ name }) => needed.has(name)),
    output: [{ name: output }],
    // Sizes of values in between, which may have the number of pictures in them: onnxruntime finds them itself.
    value_info: [],
  };
}

/** The graph with every value and node called `prefix` and what it was called before. */
export function prefixed(graph: GraphProto, prefix: string): GraphProto {
  const rename = (name: string) => (name === '' ? '' : prefix + name);
  const info = (each: ValueInfoProto): ValueInfoProto => ({ ...each, name: rename(each.name) });
  const attribute = (each: AttributeProto): AttributeProto => ({
    ...each,
    ...(each.g && { g: prefixed(each.g, prefix) }),
    ...(each.graphs && { graphs: each.graphs.map((inner) => prefixed(inner, prefix)) }),
  });
  const sparse = ({ values, ...rest }: SparseTensorProto): SparseTensorProto => ({
    ...rest,
    ...(values && { values: { ...values, name: rename(values.name ?? '') } }),
  });
  return {
    ...graph,
    ...(graph.sparse_initializer && { sparse_initializer: graph.sparse_initializer.map(sparse) }),
    node: graph.node.map((each) => ({
      ...each,
      ...(each.name !== undefined && { name: rename(each.name) }),
      input: each.input.map(rename),
      output: each.output.map(rename),
      attribute: each.attribute.map(attribute),
    })),
    initializer: graph.initializer.map((each) => ({ ...each, name: rename(each.name ?? '') })),
    input: graph.input.map(info),
    output: graph.output.map(info),
    value_info: [],
  };
}
