// Makes an answer of what a model gives of a picture, by its task; the same in the server, the library and the page.
import type { Card, CardOf, Task } from './card.ts';
import { type Prediction, rank } from './rank.ts';

/** One label: the most probable one. */
export interface SingleAnswer extends Prediction {
  readonly task: 'single';
  /** The most probable first; `label` and `probability` repeat the first of them. */
  readonly predictions: readonly Prediction[];
}

/** A label, its probability, and the one from which on it is an answer. */
export interface ThresholdPrediction extends Prediction {
  readonly threshold: number;
}

/** Any number of labels. */
export interface MultiAnswer {
  readonly task: 'multi';
  /** The labels whose probability is at least their threshold, the most probable first; none where the picture has none of them. */
  readonly labels: readonly Prediction[];
  /** All labels, the most probable first. */
  readonly predictions: readonly ThresholdPrediction[];
}

/** Numbers, each by its name. */
export interface RegressionAnswer {
  readonly task: 'regression';
  /** In the units of what the model was trained on. */
  readonly values: Readonly<Record<string, number>>;
  /** The names of those that are outside of what the model was trained on: nothing was ever shown for them. */
  readonly outside: readonly string[];
}

interface Answers {
  single: SingleAnswer;
  multi: MultiAnswer;
  regression: RegressionAnswer;
}

/** The answer of a model of a task. */
export type AnswerOf<T extends Task> = Answers[T];

export type Answer = AnswerOf<Task>;

/** What of a card decides how an output becomes an answer. */
export type Answering =
  | Pick<CardOf<'single'>, 'task' | 'labels'>
  | Pick<CardOf<'multi'>, 'task' | 'labels' | 'thresholds'>
  | Pick<CardOf<'regression'>, 'task' | 'labels' | 'ranges'>;

/**
 * @param output - of one picture, in the order of the labels.
 * @param top - predictions at most; labels that are answers are never left out.
 */
export function answerOf(card: Answering, output: ArrayLike<number>, top?: number): Answer {
  if (card.task === 'regression') return numbersOf(card, output);
  const ranked = rank(card.labels, output, top);
  if (card.task === 'single') {
    const predictions = ranked.map(({ label, probability }) => ({ label, probability }));
    const [best] = predictions;
    if (best === undefined) throw new Error('the model has no labels');
    return { task: card.task, ...best, predictions };
  }
  const { task, thresholds } = card;
  const thresholdOf = (index: number) => thresholds[index] ?? 1;
  return {
    task,
    labels: rank(card.labels, output)
      .filter(({ index, probability }) => probability >= thresholdOf(index))
      .map(({ label, probability }) => ({ label, probability })),
    predictions: ranked.map(({ index, label, probability }) => ({
      ...{ label, probability },
      threshold: thresholdOf(index),
    })),
  };
}

function numbersOf(
  { task, labels, ranges }: Pick<CardOf<'regression'>, 'task' | 'labels' | 'ranges'>,
  output: ArrayLike<number>,
): RegressionAnswer {
  const isOutside = (_: string, k: number) => {
    const { min, max } = ranges[k] ?? { min: Number.NaN, max: Number.NaN };
    const value = output[k] ?? Number.NaN;
    return !(value >= min && value <= max);
  };
  const values = Object.fromEntries(labels.map((label, k) => [label, output[k] ?? Number.NaN]));
  return { task, values, outside: labels.filter(isOutside) };
}

/** What an answer of each task is called in messages. */
const WORDS: Readonly<Record<Task, string>> = {
  single: 'one label',
  multi: 'several labels',
  regression: 'numbers',
};

/** @returns the option `task`; `single` where there is none. @throws TypeError for what is no task. */
export function checkTask(task: Task | 'any' = 'single'): Task | 'any' {
  if (task === 'any' || Object.hasOwn(WORDS, task)) return task;
  throw new TypeError(
    `task: received ${JSON.stringify(task)}, expected ${Object.keys(WORDS).join(', ')} or any`,
  );
}

/**
 * Whether the answers of a model have the form that its caller reads.
 *
 * @param wanted - the option `task`, such as `multi`, or `any`.
 * @returns what is wrong, and what to do; undefined where nothing is.
 */
export function otherTask({ task }: Pick<Card, 'task'>, wanted: Task | 'any'): string | undefined {
  if (wanted === 'any' || wanted === task) return undefined;
  return `it answers with ${WORDS[task]}, expected ${WORDS[wanted]}: give the option task: '${task}', or 'any' for whatever a model answers with`;
}
