// A model without the output that says how strange a picture is, and without all that it alone needs.
import { NOVELTY } from '../novelty.ts';
import { neededFor } from './subgraph.ts';
import type { ModelProto } from './types.ts';

/** How the names of the nodes and weights begin that detect novelty. */
export const NOVELTY_PREFIX = `${NOVELTY}/`;

/**
 * For a model that is changed so that its detector says nothing of it any more; one that has none stays as it is. Nodes and
 * weights that no output needs are left out.
 */
export function withoutNovelty(model: ModelProto): ModelProto {
  const { graph } = model;
  const output = graph.output.filter(({ name }) => name !== NOVELTY);
  if (output.length === graph.output.length) return model;
  const needed = neededFor(
    graph,
    output.map(({ name }) => name),
  );
  const initializer = graph.initializer.filter(({ name = '' }) => needed.names.has(name));
  return { ...model, graph: { ...graph, node: needed.nodes, initializer, output } };
}
