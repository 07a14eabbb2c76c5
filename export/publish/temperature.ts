// Temperature scaling at export: the temperature that suits the validation images goes into the graph.
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import type { CardOf } from '../../models/card.ts';
import { type Dataset, imageSize, imagesOf } from '../../train/datasets/index.ts';
import { tf } from '../../train/graph/tensorflow.ts';
import { batchFor } from '../../train/loop/evaluate.ts';
import { calibrationOf as calibrationOfAnswers, type Judged } from '../../train/report/calibration.ts';
import { tensorflowClassifier } from '../parity/classifier.ts';
import { classifierNetwork, traceNetwork } from '../trace/network.ts';
import type { CheckpointNetwork } from './from-checkpoint.ts';

/** Probabilities `[N,classes]` of logits at a temperature. */
export function temperedSoftmax(logits: Tensor, temperature: number): Tensor {
  return tf.softmax(tf.mul(logits, 1 / temperature));
}

/** What a model's card says of the temperature that is found on the validation images. */
export async function fitTemperature(
  network: CheckpointNetwork,
  { shape, validation }: Pick<Dataset, 'shape' | 'validation'>,
): Promise<NonNullable<CardOf<'single'>['calibration']>> {
  const traced = traceNetwork(classifierNetwork(network, shape));
  const classifier = tensorflowClassifier(network, traced, shape);
  const answers: Judged[] = [];
  const batch = batchFor(imageSize(validation));
  for (let from = 0; from < validation.n; from += batch) {
    const to = Math.min(from + batch, validation.n);
    const values = await classifier.classify(imagesOf(validation, from, to));
    const classes = values.length / (to - from);
    for (let i = from; i < to; i++)
      answers.push({
        label: validation.labels[i] ?? 0,
        probabilities: Array.from(values.subarray((i - from) * classes, (i - from + 1) * classes)),
      });
  }
  await classifier.close();
  const { temperature, error, temperedError } = calibrationOfAnswers(answers);
  const rounded = (value: number) => Number(value.toFixed(6));
  return { temperature, n: validation.n, error: rounded(error), temperedError: rounded(temperedError) };
}
