// What an optimizer is: a rule that maps a weight, its gradient and its slots to new ones.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { z } from 'zod';
import type { Definition, OptionSchemas } from '../definition.ts';

/** What changes from step to step; float32 scalars, inputs of the compiled step. */
export interface StepScalars {
  learningRate: Tensor;
  /** Momentum of SGD, beta 1 of Adam. */
  momentum: Tensor;
  /** Counts from 1. */
  step: Tensor;
}

export interface Update {
  weight: Tensor;
  /** Same names as `Optimizer.slots` gives. */
  slots: Record<string, Tensor>;
}

export interface Optimizer {
  /** Names of the values kept for a weight of `shape`, each of that shape and zero at first. */
  slots(shape: readonly number[]): readonly string[];
  update(weight: Tensor, gradient: Tensor, slots: Record<string, Tensor>, scalars: StepScalars): Update;
}

/** The slot called `name`, which the optimizer has asked for. */
export function slot(slots: Record<string, Tensor>, name: string): Tensor {
  const tensor = slots[name];
  if (tensor === undefined) throw new Error(`the optimizer's slot ${name} is missing`);
  return tensor;
}

export interface OptimizerDefinition<
  Name extends string = string,
  Options extends OptionSchemas = OptionSchemas,
> extends Definition<Name, Options> {
  /** The rule. Beside its own options, every optimizer has a weight decay, which groups of weights can change. */
  build(options: z.output<z.ZodObject<Options & typeof decay, z.core.$strict>>): Optimizer;
}

/** Every optimizer's last option. */
export const decay = { weightDecay: z.number().nonnegative().default(0) };

/** Defines an optimizer, which recipes then name. */
export function defineOptimizer<const Name extends string, Options extends OptionSchemas>(
  definition: OptimizerDefinition<Name, Options>,
): OptimizerDefinition<Name, Options> {
  return definition;
}
