// What a card says of a task before its file is made: thresholds of labels, ranges of numbers.
import type { CardDraft } from '../../models/complete-card.ts';
import { thresholdsOf } from '../../models/measure/labels.ts';
import { type Dataset, imageSize, imagesOf } from '../../train/datasets/index.ts';
import { batchFor } from '../../train/loop/evaluate.ts';
import { targetRangesOf } from '../../train/tasks/target-scale.ts';
import type { Task } from '../../train/tasks/task.ts';
import { tensorflowClassifier } from '../parity/classifier.ts';
import { classifierNetwork, traceNetwork } from '../trace/network.ts';
import type { CheckpointNetwork } from './from-checkpoint.ts';

type DraftOfTask =
  | Pick<CardDraft<'single'>, 'task' | 'calibration'>
  | Pick<CardDraft<'multi'>, 'task' | 'thresholds'>
  | Pick<CardDraft<'regression'>, 'task' | 'ranges'>;

/**
 * The fields of a card that are of its task: thresholds are chosen on the validation pictures.
 * @param calibration - Of one class.
 */
export async function draftOf(
  task: Task,
  network: CheckpointNetwork,
  { shape, validation, train }: Pick<Dataset, 'shape' | 'validation' | 'train'>,
  calibration?: CardDraft<'single'>['calibration'],
): Promise<DraftOfTask> {
  if (task === 'single') return calibration ? { calibration } : {};
  if (task === 'regression') return { task, ranges: targetRangesOf(train) };
  const { targets } = validation;
  if (targets === undefined) throw new Error('pictures of several labels have targets');
  const classifier = tensorflowClassifier(network, traceNetwork(classifierNetwork(network, shape)), shape);
  const probabilities = new Float32Array(targets.length);
  const labels = targets.length / validation.n;
  const batch = batchFor(imageSize(validation));
  for (let from = 0; from < validation.n; from += batch) {
    const to = Math.min(from + batch, validation.n);
    probabilities.set(await classifier.classify(imagesOf(validation, from, to)), from * labels);
  }
  await classifier.close();
  return { task, thresholds: thresholdsOf({ probabilities, targets, labels }) };
}
