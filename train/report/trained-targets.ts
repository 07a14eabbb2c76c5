// What a network of several labels or of numbers answers to the validation pictures, and the pictures with the largest loss.
import { type Dataset, imageSize, imagesOf, targetCount, withPictures } from '../datasets/dataset.ts';
import { batchFor } from '../loop/evaluate.ts';
import type { Recipe } from '../recipes/index.ts';
import { labelsLoss, logistic, numbersLoss } from '../tasks/losses.ts';
import { targetScaleOf } from '../tasks/target-scale.ts';
import { NUMBER_LOSS } from '../tasks/task.ts';
import type { ReportedNetwork } from './network.ts';
import { type Sheet, sheetOf } from './pictures.ts';

export interface TargetAnswers {
  /** Probabilities of labels, or numbers in their own units: `[N,K]`, as `targets`. */
  readonly values: Float32Array;
  readonly targets: Float32Array;
  /** K */
  readonly count: number;
  /** The pictures with the largest loss, worst first. */
  readonly worst: readonly { readonly index: number; readonly loss: number }[];
  readonly sheet: Sheet;
}

const WORST = 24;

/** Asks a network for its answers; undefined for a task without targets. */
export async function targetAnswers(
  { logits }: Pick<ReportedNetwork, 'logits'>,
  { task, loss: kind = NUMBER_LOSS }: Recipe,
  dataset: Dataset,
): Promise<TargetAnswers | undefined> {
  const { validation, train } = dataset;
  const { targets, n } = validation;
  if (task === undefined || targets === undefined) return undefined;
  const count = targetCount(validation);
  const outputs = new Float32Array(n * count);
  const batch = batchFor(imageSize(validation));
  for (let from = 0; from < n; from += batch)
    outputs.set(logits(imagesOf(validation, from, Math.min(from + batch, n))), from * count);
  const deviation = task === 'regression' ? targetScaleOf(train).deviation : [];
  const losses = Array.from({ length: n }, (_, index) => {
    const [own, expected] = [outputs, targets].map((all) => all.subarray(index * count, (index + 1) * count));
    const loss =
      task === 'multi'
        ? labelsLoss(own ?? [], expected ?? [])
        : numbersLoss(kind, own ?? [], expected ?? [], deviation);
    return { index, loss };
  });
  const worst = losses.sort((a, b) => b.loss - a.loss).slice(0, WORST);
  const seen = withPictures(dataset);
  const pictures = worst.map(({ index }) => imagesOf(seen.validation, index, index + 1));
  return {
    values: task === 'multi' ? outputs.map(logistic) : outputs,
    ...{ targets, count, worst },
    sheet: await sheetOf(pictures, seen.shape, 8),
  };
}
