// Whether a training ends before its last epoch, since none of so many was better: its history alone decides.
import type { Recipe } from '../recipes/recipe.ts';
import { bestOf, type TrainingProgress } from './checkpoint.ts';

/**
 * Whether `patience` epochs have gone by since the best one. Those in which a backbone is frozen do not count, nor those before a
 * run was given more epochs.
 */
export function hasEndedEarly(
  { patience, freeze, formerLengths = [] }: Pick<Recipe, 'patience' | 'freeze' | 'formerLengths'>,
  { step, stepsPerEpoch, history }: Pick<TrainingProgress, 'step' | 'stepsPerEpoch' | 'history'>,
): boolean {
  // Between two epochs nothing is known that was not known after the last one.
  if (patience === undefined || history.at(-1)?.step !== step) return false;
  const since = Math.max(
    bestOf(history)?.step ?? 0,
    (freeze?.epochs ?? 0) * stepsPerEpoch,
    formerLengths.at(-1)?.until ?? 0,
  );
  return step - since >= patience * stepsPerEpoch;
}

/** What there is to say before a training that may end early, where its learning rate falls until the last epoch. */
export function patienceInWords({
  patience,
  schedule,
}: Pick<Recipe, 'patience' | 'schedule'>): string | undefined {
  if (patience === undefined || schedule.name === 'constant' || schedule.name === 'step') return undefined;
  return `--patience ${patience} may end the training before its learning rate has fallen (schedule ${schedule.name}), and most is gained where it falls: fewer --epochs save as much time, and lose less.`;
}
