// The end of an epoch: the evaluation, and the row that says how it went.
import { type Dataset, imageSize } from '../datasets/dataset.ts';
import { viewCount } from '../layers/tta.ts';
import type { Recipe } from '../recipes/index.ts';
import type { EpochRow, TrainingProgress } from '../runs/checkpoint.ts';
import { batchFor, evaluate } from './evaluate.ts';
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
  const { loss, errorRate } = evaluate(stage.step, stage.test);
  const { step, stepsPerEpoch } = progress;
  // The last one may be short.
  const epoch = Math.ceil(step / stepsPerEpoch);
  const row: EpochRow = {
    epoch,
    step,
    trainLoss: progress.lossSum / (step - (progress.history.at(-1)?.step ?? 0)),
    validLoss: loss,
    errorRate,
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
  { tta }: Recipe,
  training: TrainingStep,
  { test }: Dataset,
): NonNullable<EpochRow['tta']> {
  const { loss, errorRate } = evaluate(
    { logits: training.averagedLogits },
    test,
    Math.ceil(batchFor(imageSize(test)) / viewCount(tta)),
  );
  return { validLoss: loss, errorRate };
}
