// What is learned of a picture: one of several classes, several labels, or numbers.
import { z } from 'zod';

/** The tasks; the field of a recipe is left out for `single`, so that such recipes are as they were before there were others. */
export const taskSchema = z.enum(['multi', 'regression']);

/** All tasks by name. */
export const TASKS = ['single', ...taskSchema.options] as const;

/** A task whose answers are targets `[N,K]`, not one class. */
export type TargetTask = z.output<typeof taskSchema>;

/** One class for each picture, several labels or none, or one or several numbers. */
export type Task = 'single' | TargetTask;

/** How far a number may be off, as a loss of the standardized difference; see layers/target-loss.ts. */
export const numberLossSchema = z.enum(['huber', 'l1', 'l2']);

export type NumberLoss = z.output<typeof numberLossSchema>;

/** What is minimized where a recipe does not say. */
export const NUMBER_LOSS: NumberLoss = 'huber';

/** The task of a recipe or of data. */
export function taskOf({ task }: { readonly task?: TargetTask | undefined }): Task {
  return task ?? 'single';
}

/** `balanced`, or a weight for each class that is named; others have 1. */
export const classWeightsSchema = z.union([
  z.literal('balanced'),
  z.record(z.string(), z.number().positive()),
]);

export type ClassWeights = z.output<typeof classWeightsSchema>;
