// The end of a training: its test images are looked at, once, by the network of the last epoch and by that of the best.
import { type Dataset, imageSize, type Split } from '../datasets/dataset.ts';
import { viewCount } from '../layers/tta.ts';
import type { Recipe } from '../recipes/index.ts';
import { bestOf, readCheckpoint, type TestResults, type TrainingProgress } from '../runs/checkpoint.ts';
import type { Run } from '../runs/run.ts';
import { batchFor, type Evaluation, evaluateTask } from './evaluate.ts';
import type { TrainingStep } from './step.ts';

/**
 * What the test images give; undefined where the data have none, or were looked at after each epoch.
 * @param training - The whole network as the last epoch left it; afterwards it is the same.
 */
export function testAtEnd(
  run: Run,
  { history }: TrainingProgress,
  training: TrainingStep,
  dataset: Dataset,
  recipe: Recipe,
): TestResults | undefined {
  const { test } = dataset;
  if (test === undefined) return undefined;
  const last = testedBy(recipe, training, test, dataset);
  if (bestOf(history) === history.at(-1)) return { best: last, last };
  const own = training.read();
  const { tensors } = readCheckpoint(run.best);
  training.write(
    new Map([...own.keys()].map((name) => [name, tensors.get(name)?.values ?? new Float32Array()])),
  );
  const best = testedBy(recipe, training, test, dataset);
  training.write(own);
  return { best, last };
}

function testedBy(
  recipe: Recipe,
  training: TrainingStep,
  test: Split,
  dataset: Dataset,
): TestResults['last'] {
  const plain = evaluateTask(recipe, training, test, dataset);
  if (recipe.tta === 'none') return plain;
  return { ...plain, tta: evaluateViews(recipe, training, test, dataset) };
}

/** The network as it answers with test-time augmentation, fewer pictures at a time since each is seen in many views. */
export function evaluateViews(
  recipe: Recipe,
  training: Pick<TrainingStep, 'averagedLogits'>,
  split: Split,
  dataset: Dataset,
): Omit<Evaluation, 'n'> {
  const { n: _, ...measured } = evaluateTask(
    recipe,
    { logits: training.averagedLogits },
    split,
    dataset,
    Math.ceil(batchFor(imageSize(split)) / viewCount(recipe.tta)),
  );
  return measured;
}
