// Removes what no output depends on: nodes and initializers.
import type { GraphProto } from '../../models/onnx/schema.ts';
import { neededFor } from '../../models/onnx/subgraph.ts';

/** Keeps the nodes and initializers that the graph's outputs need. */
export function removeDead(graph: GraphProto): GraphProto {
  const { nodes, names } = neededFor(
    graph,
    graph.output.map(({ name }) => name),
  );
  return {
    ...graph,
    node: nodes,
    initializer: graph.initializer.filter(({ name }) => names.has(name ?? '')),
  };
}
