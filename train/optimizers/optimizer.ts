// What an optimizer is: a rule that maps a weight, its gradient and its slots to new ones.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';

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

/** A slot that the optimizer is owed. */
export function slot(slots: Record<string, Tensor>, name: string): Tensor {
  const tensor = slots[name];
  if (tensor === undefined) throw new Error(`the optimizer's slot ${name} is missing`);
  return tensor;
}
