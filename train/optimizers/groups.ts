// Groups: weights that are trained by other numbers than the rest, chosen by their names.
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import type { AnyOptimizer } from './index.ts';

export const groupSchema = z.strictObject({
  /** A regular expression that the weight's name must match, for example `/(bias|beta|gamma)$`. */
  match: z.string(),
  /** Factor on the learning rate; 0 keeps the weights as they are. */
  learningRate: z.number().min(0).default(1),
  /** Share of the training after which the weights stay as they are. */
  until: z.number().gt(0).lt(1).exactOptional(),
  /** Instead of the optimizer's. */
  weightDecay: z.number().min(0).exactOptional(),
});

export type Group = z.output<typeof groupSchema>;

export interface GroupOf {
  learningRate: number;
  optimizer: AnyOptimizer;
}

/**
 * What holds for one weight: the first group whose expression its name matches, else the optimizer as it is.
 * @throws UserError when an expression is not one.
 */
export function groupOf(name: string, groups: readonly Group[], optimizer: AnyOptimizer): GroupOf {
  const group = groups.find(({ match }) => expression(match).test(name));
  if (group === undefined) return { learningRate: 1, optimizer };
  const { learningRate, weightDecay = optimizer.weightDecay } = group;
  return { learningRate, optimizer: { ...optimizer, weightDecay } };
}

/** Whether a weight is trained after the share `done` of the training. */
export function isTrained(name: string, groups: readonly Group[], done: number): boolean {
  const group = groups.find(({ match }) => expression(match).test(name));
  return group === undefined || (group.learningRate > 0 && done < (group.until ?? 1));
}

/** Shares of the training at which weights join those that stay as they are, in order; 0 is the first. */
export function phasesOf(groups: readonly Group[]): number[] {
  return [...new Set([0, ...groups.flatMap(({ until }) => until ?? [])])].sort((a, b) => a - b);
}

function expression(match: string): RegExp {
  try {
    return new RegExp(match);
  } catch (error) {
    throw new UserError(`groups: ${JSON.stringify(match)} is not a regular expression: ${error}`);
  }
}
