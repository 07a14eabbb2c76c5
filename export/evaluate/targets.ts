// Evaluates a model of several labels or of numbers on labeled pictures.
import type { CardOf } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import {
  columnsOf,
  type LabelMeasure,
  type LabelMeasures,
  measureEachLabel,
  measureLabels,
} from '../../models/measure/labels.ts';
import { measureNumbers, type NumberMeasures } from '../../models/measure/numbers.ts';
import type { LabeledPictures } from '../../train/datasets/folder/labeled.ts';
import { targetsOf } from '../../train/datasets/folder/targets.ts';
import type { PrecisionRecall } from '../../train/report/precision-recall.ts';
import { precisionRecallOf } from '../../train/report/precision-recall.ts';
import { labelsLoss } from '../../train/tasks/losses.ts';
import { targetsInWords } from '../../train/tasks/target-words.ts';
import { matchClasses } from './match-classes.ts';

type TargetCard = CardOf<'multi'> | CardOf<'regression'>;

/** A picture with what was answered to it, in words. */
export interface WorstTarget {
  readonly path: string;
  readonly expected: string;
  readonly answer: string;
  /** Of labels the mean binary cross-entropy; of numbers the mean distance in deviations of what was trained on. */
  readonly loss: number;
}

export type TargetFigures =
  | (LabelMeasures & {
      readonly task: 'multi';
      readonly n: number;
      readonly loss: number;
      readonly thresholds: readonly number[];
      readonly each: readonly LabelMeasure[];
    })
  | (NumberMeasures & {
      readonly task: 'regression';
      readonly n: number;
      readonly loss: number;
      /** Numbers of pictures that are outside of what was trained on. */
      readonly outside: readonly number[];
    });

/** What a page draws that is too much for text. */
export interface TargetPlots {
  readonly values: Float32Array;
  readonly targets: Float32Array;
  readonly precisionRecall: readonly PrecisionRecall[];
}

/**
 * What the pictures of a folder are, `[N,labels]`, in the model's order.
 * @throws UserError where the folder says something else of a picture than the model answers
 */
export function expectedOf(
  card: TargetCard,
  folder: string,
  { pictures, task, classes }: LabeledPictures,
): Float32Array {
  const { name, labels } = card;
  if (task !== card.task)
    throw new UserError(
      `${name} answers with ${card.task === 'multi' ? 'any number of labels' : 'numbers'}, and ${folder} has ${task === undefined ? 'one class of each picture' : task === 'multi' ? 'several labels of each picture' : 'numbers'}. Expected a table of them, such as ${card.task === 'multi' ? `path,labels with ${labels.slice(0, 2).join('|')} in a cell` : `path,${labels.join(',')}`}.`,
    );
  if (card.task === 'multi') {
    const answers = pictures.map(({ answers = [] }) => answers.map(String));
    const matched = matchClasses(answers.flat(), card, folder);
    return targetsOf(
      'multi',
      answers.map((own) => own.map((label) => matched.get(label) ?? -1)),
      labels.length,
    );
  }
  const columns = columnsFor(labels, classes ?? [], folder, name);
  return targetsOf(
    'regression',
    pictures.map(({ answers = [] }) => columns.map((column) => Number(answers[column]))),
    labels.length,
  );
}

/** The column of each of the model's numbers: of its name, or the only one of either. */
function columnsFor(
  labels: readonly string[],
  found: readonly string[],
  folder: string,
  name: string,
): number[] {
  if (labels.length === 1 && found.length === 1) return [0];
  const columns = labels.map((label) => found.indexOf(label));
  if (!columns.includes(-1)) return columns;
  throw new UserError(
    `${folder} has the numbers ${found.join(', ')}, and ${name} answers ${labels.join(', ')}. Name the columns as the model does.`,
  );
}

/** The figures of answers to `pictures`, and the pictures in the order of their loss, the largest first. */
export function measureTargets(card: TargetCard, values: Float32Array, targets: Float32Array) {
  const count = card.labels.length;
  const n = targets.length / count;
  const at = (all: Float32Array, i: number) => all.subarray(i * count, (i + 1) * count);
  const losses = Array.from({ length: n }, (_, i) => lossOf(card, at(values, i), at(targets, i)));
  const order = losses.map((_, i) => i).sort((a, b) => (losses[b] ?? 0) - (losses[a] ?? 0) || a - b);
  const worst = (i: number, path: string): WorstTarget => ({
    path,
    expected: targetsInWords(card, at(targets, i)),
    answer: answerInWords(card, at(values, i)),
    loss: losses[i] ?? 0,
  });
  const loss = losses.reduce((sum, own) => sum + own, 0) / n;
  return { figures: figuresOf(card, values, targets, n, loss), order, worst };
}

function figuresOf(
  card: TargetCard,
  values: Float32Array,
  targets: Float32Array,
  n: number,
  loss: number,
): TargetFigures {
  const { labels } = card;
  if (card.task === 'multi') {
    const answers = { probabilities: values, targets, labels: labels.length };
    const { thresholds } = card;
    const each = measureEachLabel(answers, thresholds);
    return { task: 'multi', n, loss, ...measureLabels(answers, thresholds), thresholds, each };
  }
  const outside = card.ranges.map(
    ({ min, max }, k) =>
      targets.filter((target, i) => i % labels.length === k && (target < min || target > max)).length,
  );
  return { task: 'regression', n, loss, ...measureNumbers(values, targets, labels.length), outside };
}

/** What a page draws of them. */
export function plotsOf(card: TargetCard, values: Float32Array, targets: Float32Array): TargetPlots {
  const { labels } = card;
  const columns =
    card.task === 'multi' ? columnsOf({ probabilities: values, targets, labels: labels.length }) : [];
  return {
    values,
    targets,
    precisionRecall: card.task === 'multi' ? precisionRecallOf(labels, columns) : [],
  };
}

function lossOf(card: TargetCard, values: Float32Array, targets: Float32Array): number {
  if (card.task === 'multi') return labelsLoss(values.map(logit), targets);
  const distances = card.ranges.map(
    ({ deviation }, k) => Math.abs((values[k] ?? 0) - (targets[k] ?? 0)) / deviation,
  );
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

/** Nearer to 0 and 1 than float32 tells apart is as good as there. */
const LEAST = 2 ** -24;

function logit(probability: number): number {
  const p = Math.min(1 - LEAST, Math.max(LEAST, probability));
  return Math.log(p / (1 - p));
}

function answerInWords(card: TargetCard, values: Float32Array): string {
  if (card.task === 'regression') return targetsInWords(card, values);
  const given = card.labels.filter((_, k) => (values[k] ?? 0) >= (card.thresholds[k] ?? 0.5));
  return given.length === 0 ? 'none' : given.join(', ');
}
