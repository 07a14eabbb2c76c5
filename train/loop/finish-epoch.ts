// The end of an epoch: the evaluation, and the row that says how it went.
import type { Dataset } from '../datasets/dataset.ts';
import type { Recipe } from '../recipes/index.ts';
import type { EpochRow, TrainingProgress } from '../runs/checkpoint.ts';
import { hasEndedEarly } from '../runs/patience.ts';
import { evaluateTask } from './evaluate.ts';
import type { Stage } from './stages.ts';
import type { TrainingStep } from './step.ts';
import { evaluateViews } from './test-at-end.ts';

/**
 * Evaluates the network, and adds the epoch's row to the progress.
 * @param isLast - Whether the training ends here, or was to end here before it was given more epochs.
 */
export function finishEpoch(
  progress: TrainingProgress,
  training: TrainingStep,
  stage: Stage,
  dataset: Dataset,
  recipe: Recipe,
  isLast: boolean,
): EpochRow {
  const {
    n: _,
    loss,
    ...measured
  } = evaluateTask(recipe, stage.step, stage.validation, {
    train: dataset.train,
    validation: stage.validation,
  });
  const { step, stepsPerEpoch } = progress;
  // The last one may be short.
  const epoch = Math.ceil(step / stepsPerEpoch);
  const row: EpochRow = {
    epoch,
    step,
    trainLoss: progress.lossSum / (step - (progress.history.at(-1)?.step ?? 0)),
    validLoss: loss,
    ...measured,
  };
  progress.history.push(row);
  if (recipe.tta !== 'none' && (isLast || hasEndedEarly(recipe, progress))) {
    stage.sync();
    const { loss: validLoss, ...views } = evaluateViews(recipe, training, dataset.validation, dataset);
    row.tta = { validLoss, ...views };
  }
  progress.lossSum = 0;
  return row;
}
