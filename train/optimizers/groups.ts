// Groups: weights that are trained by other numbers than the rest, chosen by their names.
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { type OptimizerOptions, optimizerSchema } from './index.ts';

export const groupSchema = z.strictObject({
  /** A regular expression that the weight's name must match, for example `/(bias|beta|gamma)$`. */
  match: z.string(),
  /** Factor on the learning rate; 0 keeps the weights as they are. */
  learningRate: z.number().min(0).default(1),
  /** Instead of the optimizer's. */
  weightDecay: z.number().min(0).exactOptional(),
});

export type Group = z.output<typeof groupSchema>;

export interface GroupOf {
  learningRate: number;
  optimizer: OptimizerOptions;
}

/**
 * What holds for one weight: the first group whose expression its name matches, else the optimizer as it is.
 * @throws UserError when an expression is not one.
 */
export function groupOf(name: string, groups: readonly Group[], optimizer: OptimizerOptions): GroupOf {
  const group = groups.find(({ match }) => expression(match).test(name));
  if (group === undefined) return { learningRate: 1, optimizer };
  const { learningRate, weightDecay = optimizer.weightDecay } = group;
  return { learningRate, optimizer: optimizerSchema.parse({ ...optimizer, weightDecay }) };
}

function expression(match: string): RegExp {
  try {
    return new RegExp(match);
  } catch (error) {
    throw new UserError(`groups: ${JSON.stringify(match)} is not a regular expression: ${error}`);
  }
}
