// A model without the output that says how strange a picture is, and without all that it alone needs.
import { NOVELTY } from '../novelty.ts';
import type { ModelProto } from './types.ts';

/** How the names of the nodes and weights begin that detect novelty. */
export const NOVELTY_PREFIX = `${NOVELTY}/`;

/** For a model that is changed so that its detector says nothing of it any more; one that has none stays as it is. */
export function withoutNovelty(model: ModelProto): ModelProto {
  const { graph } = model;
  const isOwn = (name = '') => name === NOVELTY || name.startsWith(NOVELTY_PREFIX);
  return {
    ...model,
    graph: {
      ...graph,
      node: graph.node.filter(({ output }) => !output.some(isOwn)),
      initializer: graph.initializer.filter(({ name }) => !isOwn(name)),
      output: graph.output.filter(({ name }) => !isOwn(name)),
    },
  };
}
