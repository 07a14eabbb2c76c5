// Removes what no output depends on: nodes and initializers.
import { readsOf } from '../../models/onnx/reads.ts';
import type { GraphProto } from '../../models/onnx/schema.ts';

/** Keeps the nodes and initializers that the graph's outputs need. */
export function removeDead(graph: GraphProto): GraphProto {
  const needed = new Set(graph.output.map(({ name }) => name));
  const kept = [...graph.node].reverse().filter((node) => {
    if (!node.output.some((name) => needed.has(name))) return false;
    for (const name of readsOf(node)) needed.add(name);
    return true;
  });
  return {
    ...graph,
    node: kept.reverse(),
    initializer: graph.initializer.filter(({ name }) => needed.has(name ?? '')),
  };
}
