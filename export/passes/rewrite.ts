// What passes over ONNX graphs share: leaving nodes out, and knowing who makes a value.
import type { GraphProto, NodeProto } from '../../models/onnx/schema.ts';

/**
 * Leaves out nodes with one output: whoever used it uses another value instead. A node stays where its output is
 * an output of the graph, whose name must not change.
 * @param replacement - The value to use instead of a node's output; undefined keeps the node.
 */
export function bypass(graph: GraphProto, replacement: (node: NodeProto) => string | undefined): GraphProto {
  const outputs = new Set(graph.output.map(({ name }) => name));
  const instead = new Map<string, string>();
  const node = graph.node.flatMap((original): NodeProto[] => {
    const current = { ...original, input: original.input.map((name) => instead.get(name) ?? name) };
    const [output = ''] = current.output;
    const value = outputs.has(output) ? undefined : replacement(current);
    if (value === undefined) return [current];
    instead.set(output, value);
    return [];
  });
  return { ...graph, node };
}

/** The node that makes each value. */
export function producers({ node }: GraphProto): Map<string, NodeProto> {
  return new Map(node.flatMap((each) => each.output.map((name) => [name, each] as const)));
}
