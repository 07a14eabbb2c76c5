// What of an export depends on what a model answers with: how answers are compared, measured, and written into its card.
import type { Card, CardOf } from '../../models/card.ts';
import {
  type CardDraft,
  certify,
  completeCard,
  type Findings,
  goldenAnswers,
  goldenValues,
  measureAccuracy,
  roundUp,
} from '../../models/complete-card.ts';
import type { GoldenName } from '../../models/golden.ts';
import { splitOfMetrics } from '../../models/held-out.ts';
import { labelsForCard, numbersForCard } from '../../models/measure/for-card.ts';
import { scoreInWords } from '../../models/score.ts';
import type { Split } from '../../train/datasets/index.ts';
import type { CompareAnswers, Parity } from '../parity/index.ts';
import { compare, compareLabels, compareNumbers } from '../parity/index.ts';

/** What is known of a model of any task before it is exported. */
export type AnyDraft =
  | CardDraft<'single'>
  | ((CardDraft<'multi'> | CardDraft<'regression'>) & { readonly calibration?: never });

/** What a model's output is called. */
export function outputOf({ task }: Pick<AnyDraft, 'task'>): 'probabilities' | 'values' {
  return task === 'regression' ? 'values' : 'probabilities';
}

/** How the answers of two models of this task are compared. */
export function compareAs(draft: AnyDraft): CompareAnswers {
  if (draft.task === 'multi') return compareLabels(draft.thresholds);
  if (draft.task === 'regression') return compareNumbers(draft.ranges.map(({ deviation }) => deviation));
  return compare;
}

/** What was found out of a file, beside its answers. */
export interface Certified extends Pick<Findings, 'weightsDigest' | 'novelty'> {
  readonly parity: Parity;
  readonly tolerance: number;
  readonly against: string;
}

/** What a network answered to the test pictures and to the built-in ones, `[N,labels]` each. */
export interface Answered {
  /** Pictures by which the model is judged. */
  readonly judged: Split;
  readonly answers: Float32Array;
  readonly names: readonly GoldenName[];
  readonly golden: Float32Array;
}

export interface MeasuredModel {
  /** Share of the test pictures; null where they have no labels, or more than one. */
  readonly accuracy: number | null;
  /** What else was measured, in words. */
  readonly score?: string | undefined;
  /** @param withNovelty - adds to the expected answers what a file says of novelty */
  complete(
    certified: Certified,
    withNovelty?: (golden: CardOf<'single'>['golden']) => Promise<CardOf<'single'>['golden']>,
  ): Promise<Card>;
}

/** Measures the answers of a model, for its card. */
export function measured(draft: AnyDraft, answered: Answered): MeasuredModel {
  if (draft.task === 'multi') return measuredLabels(draft, answered);
  if (draft.task === 'regression') return measuredNumbers(draft, answered);
  const { judged, answers, names, golden } = answered;
  const metrics =
    judged.labels.length === judged.n ? measureAccuracy(answers, judged.labels, splitOfMetrics(draft)) : null;
  return {
    accuracy: metrics?.accuracy ?? null,
    async complete({ parity, tolerance, against, ...found }, withNovelty = async (each) => each) {
      const expected = await withNovelty(goldenAnswers(names, golden));
      return completeCard(draft, {
        ...found,
        ...{ metrics, golden: expected, parity: certify(parity, tolerance, against) },
      });
    },
  };
}

function measuredLabels(
  draft: CardDraft<'multi'>,
  { judged, answers, names, golden }: Answered,
): MeasuredModel {
  const { targets } = judged;
  const metrics =
    targets === undefined
      ? null
      : {
          split: splitOfMetrics(draft),
          ...labelsForCard(answers, targets, draft.thresholds),
        };
  return {
    accuracy: null,
    score: scoreInWords({ ...draft, metrics }),
    complete: async ({ parity, tolerance, against, ...found }) =>
      completeCard<'multi'>(draft, {
        ...found,
        ...{ metrics, golden: goldenAnswers(names, golden), parity: certify(parity, tolerance, against) },
      }),
  };
}

function measuredNumbers(
  draft: CardDraft<'regression'>,
  { judged, answers, names, golden }: Answered,
): MeasuredModel {
  const { targets } = judged;
  const metrics =
    targets === undefined
      ? null
      : { split: splitOfMetrics(draft), ...numbersForCard(answers, targets, draft.ranges) };
  return {
    accuracy: null,
    score: scoreInWords({ ...draft, metrics }),
    complete: async ({ parity, tolerance, against, ...found }) =>
      completeCard<'regression'>(draft, {
        ...found,
        ...{ metrics, golden: goldenValues(names, golden, draft.ranges) },
        parity: {
          n: parity.n,
          maxValueDifference: roundUp(parity.maxProbabilityDifference),
          ...{ tolerance, against },
        },
      }),
  };
}
