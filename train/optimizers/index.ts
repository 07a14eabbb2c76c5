// The optimizers that a recipe can name: one file and one line in this list for each.
import { definitionOf, type InputOf, type Named, namedSchema, type OutputOf } from '../definition.ts';
import { plainAdam } from './adam.ts';
import { adamw } from './adamw.ts';
import { momentum } from './momentum.ts';
import { muon } from './muon.ts';
import { nesterov } from './nesterov.ts';
import { decay, type Optimizer, type OptimizerDefinition } from './optimizer.ts';
import { plainSgd } from './sgd.ts';

export { defineOptimizer, type OptimizerDefinition } from './optimizer.ts';

export const optimizers = [plainSgd, momentum, nesterov, plainAdam, adamw, muon] as const;

type Decay = typeof decay;

/** A recipe's `optimizer`, one of any list. */
export interface AnyOptimizer extends Named {
  readonly weightDecay: number;
}

/** As it is written. */
export type OptimizerInput<D extends OptimizerDefinition> = InputOf<D, Decay>;

/** The name and the options of a built-in optimizer. */
export type OptimizerOptions = OutputOf<(typeof optimizers)[number], Decay>;

/** The schema of a recipe's `optimizer`, one of `definitions`. */
export function optimizerSchemaOf<D extends OptimizerDefinition>(definitions: readonly D[]) {
  return namedSchema<D, Decay>(definitions, { last: decay });
}

/** A recipe's `optimizer`, one of the built-in ones. */
export const optimizerSchema = optimizerSchemaOf(optimizers);

/** The rule that `options` describe. */
export function createOptimizer(
  { name, ...options }: AnyOptimizer,
  known: readonly OptimizerDefinition[] = optimizers,
): Optimizer {
  return definitionOf('optimizer', name, known).build(options);
}
