// What several tasks do between the parts of a batch and the update: each gets the gradients of all, and the loss.

import type { Cluster } from '../cluster/join.ts';
import type { Compiled } from '../graph/compile.ts';
import type { Graph } from '../graph/graph.ts';
import { tf } from '../graph/tensorflow.ts';
import { isSum } from './step-variables.ts';

/** A task's part of a batch. */
export interface PartResult {
  readonly loss: number;
  readonly correct: number;
  /** Whether the task wants all to end the training. */
  readonly stop: boolean;
}

/** Exchanges what the part has changed of the step's variables. @returns the results of all tasks, in their order. */
export type ExchangeParts = (own: PartResult) => PartResult[];

/**
 * Exchanges what a graph that computes a part assigns: of sums of gradients the sum over all tasks, in their order, which
 * is what one process has that computes the parts one after the other; of statistics, such as batch norm's, the mean.
 */
export function exchangeParts(
  cluster: Cluster,
  graph: Graph,
  { shapes, tensors, assign }: Compiled<string>,
): ExchangeParts & { dispose(): void } {
  const names = [...graph.updates.keys()];
  const values = names.map((name) => ({
    name,
    shape: shapes.get(name) ?? [],
    merge: isSum(name) ? ('sum' as const) : ('mean' as const),
  }));
  const exchange = cluster.openExchange(values, 3);
  const run: ExchangeParts = ({ loss, correct, stop }) => {
    const own = tensors(names);
    const { merged, results } = exchange.run(own, [loss, correct, stop ? 1 : 0]);
    assign(merged);
    tf.dispose([...own.values(), ...merged.values()]);
    return Array.from({ length: cluster.size }, (_, task) => {
      const [loss = Number.NaN, correct = Number.NaN, stop] = results.slice(3 * task, 3 * task + 3);
      return { loss, correct, stop: stop === 1 };
    });
  };
  return Object.assign(run, { dispose: exchange.dispose });
}
