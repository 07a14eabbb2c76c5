// How good a model and its smaller copy are over the test pictures, by the task of the model, and how far they are apart.
import type { Card, CardOf } from '../../models/card.ts';
import { goldenAnswers, goldenValues, measureAccuracy, roundUp } from '../../models/complete-card.ts';
import { UserError } from '../../models/errors.ts';
import type { GoldenName } from '../../models/golden.ts';
import { splitOfMetrics } from '../../models/held-out.ts';
import { labelsForCard, numbersForCard } from '../../models/measure/for-card.ts';
import { scoreInWords } from '../../models/score.ts';
import type { Split } from '../../train/datasets/index.ts';
import { plainPercent } from '../../train/report/format.ts';
import { changesInWords, type Parity } from '../parity/index.ts';

/** Both models over the test pictures. */
export interface Measured {
  /** What of the one before the new one has lost: of accuracy, mean average precision, or R2 (the mean of the numbers). */
  readonly drop: number;
  /** What that is called. */
  readonly score: string;
  /** `accuracy 99.1 %, before 99.2 %; 3 changed labels`. */
  readonly words: string;
  /** The card of the new model: its measures, its expected answers, and what changed. */
  card(golden: Golden, quantization: Quantization): Card;
}

/** What the new model answers to the built-in pictures, `[pictures,labels]`. */
export interface Golden {
  readonly names: readonly GoldenName[];
  readonly output: Float32Array;
}

/** What is said of every quantization. */
export type Quantization = Pick<
  NonNullable<Card['quantization']>,
  'weights' | 'from' | 'calibrationPictures' | 'n'
>;

/** What two models answered to the test pictures, `[N,labels]` each. */
export interface Compared {
  readonly parity: Parity;
  readonly expected: Float32Array;
  readonly got: Float32Array;
}

/** @throws UserError where the test pictures have no targets of the task. */
export function measureBoth(card: Card, test: Split, compared: Compared): Measured {
  if (card.task === 'multi') return ofLabels(card, test, compared);
  if (card.task === 'regression') return ofNumbers(card, test, compared);
  const { parity, expected, got } = compared;
  const split = splitOfMetrics(card);
  const [before, after] = [
    measureAccuracy(expected, test.labels, split),
    measureAccuracy(got, test.labels, split),
  ];
  return {
    drop: before.accuracy - after.accuracy,
    score: 'accuracy',
    words: `accuracy ${plainPercent(after.accuracy)}, before ${plainPercent(before.accuracy)}; ${parity.changedLabels} changed labels`,
    card: ({ names, output }, quantization) => ({
      ...card,
      ...{ metrics: after, golden: goldenAnswers(names, output), parity: null },
      quantization: { ...quantization, accuracyBefore: before.accuracy, ...changeOf(parity) },
    }),
  };
}

function ofLabels(card: CardOf<'multi'>, test: Split, { parity, expected, got }: Compared): Measured {
  const targets = targetsOf(test);
  const measure = (answers: Float32Array) => {
    return { split: card.metrics?.split ?? 'test', ...labelsForCard(answers, targets, card.thresholds) };
  };
  const [before, after] = [measure(expected), measure(got)];
  return {
    drop: before.meanAveragePrecision - after.meanAveragePrecision,
    score: 'mean average precision',
    words: `${scoreInWords({ ...card, metrics: after })}, before ${before.meanAveragePrecision}; ${changesInWords(parity)}`,
    card: ({ names, output }, quantization) => ({
      ...card,
      ...{ metrics: after, golden: goldenAnswers(names, output), parity: null },
      quantization: {
        ...quantization,
        meanAveragePrecisionBefore: before.meanAveragePrecision,
        ...changeOf(parity),
      },
    }),
  };
}

function ofNumbers(card: CardOf<'regression'>, test: Split, { parity, expected, got }: Compared): Measured {
  const targets = targetsOf(test);
  const measure = (answers: Float32Array) => ({
    split: card.metrics?.split ?? 'test',
    ...numbersForCard(answers, targets, card.ranges),
  });
  const [before, after] = [measure(expected), measure(got)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    drop: mean(before.r2) - mean(after.r2),
    score: 'R2',
    words: `${scoreInWords({ ...card, metrics: after })}, before ${before.meanAbsoluteError.join(', ')}`,
    card: ({ names, output }, quantization) => ({
      ...card,
      ...{ metrics: after, golden: goldenValues(names, output, card.ranges), parity: null },
      quantization: {
        ...quantization,
        meanAbsoluteErrorBefore: before.meanAbsoluteError,
        maxValueDifference: roundUp(parity.maxProbabilityDifference),
      },
    }),
  };
}

function changeOf({ changedLabels, maxProbabilityDifference }: Parity) {
  return { changedLabels, maxProbabilityDifference: roundUp(maxProbabilityDifference) };
}

function targetsOf({ targets }: Split): Float32Array {
  if (targets !== undefined) return targets;
  throw new UserError('the test pictures have one label each, expected what the model was trained on');
}
