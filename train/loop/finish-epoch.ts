// The end of an epoch: the evaluation, and the row that says how it went.
import { type Dataset, imageSize } from '../datasets/dataset.ts';
import { viewCount } from '../layers/tta.ts';
import type { Recipe } from '../recipes/index.ts';
import type { EpochRow, TrainingProgress } from '../runs/checkpoint.ts';
import { batchFor, evaluateTask } from './evaluate.ts';
import type { Stage } from './stages.ts';
import type { TrainingStep } from './step.ts';

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
  const { n: _, loss, ...measured } = evaluateTask(recipe, stage.step, stage.test, dataset.train);
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
  if (recipe.tta !== 'none' && isLast) {
    stage.sync();
    row.tta = evaluateViews(recipe, training, dataset);
  }
  progress.history.push(row);
  progress.lossSum = 0;
  return row;
}

/** The network as it answers with test-time augmentation, fewer pictures at a time since each is seen in many views. */
function evaluateViews(
  recipe: Recipe,
  training: TrainingStep,
  { test, train }: Dataset,
): NonNullable<EpochRow['tta']> {
  const {
    n: _,
    loss,
    ...measured
  } = evaluateTask(
    recipe,
    { logits: training.averagedLogits },
    test,
    train,
    Math.ceil(batchFor(imageSize(test)) / viewCount(recipe.tta)),
  );
  return { validLoss: loss, ...measured };
}
