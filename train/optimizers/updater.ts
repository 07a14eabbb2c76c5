// The optimizer of a whole network: groups, clipping and slots around one rule per weight.
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { tf } from '../graph/tensorflow.ts';
import { clipByGlobalNorm } from './clip.ts';
import { type Group, groupOf, isTrained } from './groups.ts';
import { type AnyOptimizer, createOptimizer, optimizers } from './index.ts';
import type { Optimizer, OptimizerDefinition, StepScalars } from './optimizer.ts';

export interface UpdaterOptions {
  optimizer: AnyOptimizer;
  groups: readonly Group[];
  /** Longest global norm of the gradients; 0 does not clip. */
  clipNorm: number;
}

export interface Updater {
  /** Slots of the weights that are trained, zero, named `optimizer/<slot>/<weight>`. */
  readonly slots: ReadonlyMap<string, Variable>;
  /** Assigns new values to the weights that are trained and have a gradient, and to their slots. */
  apply(gradients: ReadonlyMap<string, Tensor>, scalars: StepScalars): void;
}

/** The optimizer that `options` describe, for these weights. */
export function createUpdater(
  options: UpdaterOptions,
  weights: ReadonlyMap<string, Variable>,
  known: readonly OptimizerDefinition[] = optimizers,
): Updater {
  const ruleOf = (name: string): { rule: Optimizer; learningRate: number } => {
    const { learningRate, optimizer } = groupOf(name, options.groups, options.optimizer);
    return { rule: createOptimizer(optimizer, known), learningRate };
  };
  const trained = [...weights.keys()].filter((name) => isTrained(name, options.groups, 0));
  const rules = new Map(trained.map((name) => [name, ruleOf(name)]));
  const slots = new Map<string, Variable>();
  for (const [name, weight] of weights)
    for (const slot of rules.get(name)?.rule.slots(weight.shape) ?? [])
      slots.set(slotName(slot, name), zerosLike(weight));
  return {
    slots,
    apply(gradients, scalars) {
      const clipped = options.clipNorm > 0 ? clipByGlobalNorm(gradients, options.clipNorm) : gradients;
      for (const [name, weight] of weights) {
        const [gradient, own] = [clipped.get(name), rules.get(name)];
        if (gradient === undefined || own === undefined) continue;
        const { rule, learningRate } = own;
        const kept = Object.fromEntries(
          rule.slots(weight.shape).map((slot) => [slot, slots.get(slotName(slot, name)) as Variable]),
        );
        // Stryker disable next-line ConditionalExpression: a product with one is the same, and one operation more
        const scaled = learningRate === 1 ? scalars.learningRate : tf.mul(scalars.learningRate, learningRate);
        const update = rule.update(weight, gradient, kept, { ...scalars, learningRate: scaled });
        weight.assign(update.weight as Tensor<never>);
        for (const [slot, value] of Object.entries(update.slots)) kept[slot]?.assign(value as Tensor<never>);
      }
    },
  };
}

function slotName(slot: string, weight: string): string {
  return `optimizer/${slot}/${weight}`;
}

function zerosLike(weight: Variable): Variable {
  return tf.tidy(() => tf.variable(tf.zerosLike(weight as Tensor), false));
}
