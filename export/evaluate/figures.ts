// What a model's answers to labeled pictures come to: errors, precision and recall of each class, calibration.
import { argMax } from '../../models/rank.ts';
import { type Bin, calibrationError, reliability } from '../../train/report/calibration.ts';
import { confusionOf } from '../../train/report/confusion-matrix.ts';
import { wilson } from '../../train/report/statistics.ts';

/** An answer to a picture, and its right class. */
export interface LabeledAnswer {
  readonly label: number;
  /** `[classes]`. */
  readonly probabilities: readonly number[];
}

/** The figures of one class. */
export interface ClassFigures {
  readonly label: string;
  /** Pictures of it. */
  readonly n: number;
  /** Share of the answers that say it which are right; null where none says it. */
  readonly precision: number | null;
  /** Share of its pictures that are answered right; null where there are none. */
  readonly recall: number | null;
  /** Harmonic mean of the two, 2 right / (pictures of it + answers that say it); null where both are 0. */
  readonly f1: number | null;
}

export interface Figures {
  /** Pictures. */
  readonly n: number;
  readonly wrong: number;
  readonly errorRate: number;
  /** 95 % interval of the error rate, by Wilson's score. */
  readonly interval: readonly [low: number, high: number];
  /** Mean cross-entropy. */
  readonly loss: number;
  /** Mean recall of the classes that have pictures. */
  readonly balancedAccuracy: number;
  /** Mean F1 of the classes that have pictures. */
  readonly f1: number;
  readonly classes: readonly ClassFigures[];
  /** `[true][answered]` counts. */
  readonly confusion: readonly (readonly number[])[];
  /** Expected calibration error over 15 equal bins of the confidence (Guo et al. 2017, equation 5). */
  readonly calibrationError: number;
  readonly reliability: readonly Bin[];
}

/** The smallest float32 stands for a probability that was rounded to nothing. */
const LEAST = 2 ** -149;

/** Cross-entropy of one answer. */
export function lossOf({ label, probabilities }: LabeledAnswer): number {
  return -Math.log(Math.max(probabilities[label] ?? 0, LEAST));
}

/**
 * The figures of answers, of which there is at least one.
 * @param labels - What the model's classes are called.
 */
export function figuresOf(answers: readonly LabeledAnswer[], labels: readonly string[]): Figures {
  const n = answers.length;
  const judged = answers.map(({ label, probabilities }) => ({ label, predicted: argMax(probabilities) }));
  const confusion = confusionOf(judged, labels.length);
  const wrong = judged.filter(({ label, predicted }) => label !== predicted).length;
  const classes = labels.map((label, i): ClassFigures => {
    const right = confusion[i]?.[i] ?? 0;
    const own = (confusion[i] ?? []).reduce((sum, count) => sum + count, 0);
    const answered = confusion.reduce((sum, row) => sum + (row[i] ?? 0), 0);
    const share = (of: number) => (of === 0 ? null : right / of);
    return {
      ...{ label, n: own, precision: share(answered), recall: share(own) },
      f1: own + answered === 0 ? null : (2 * right) / (own + answered),
    };
  });
  const present = classes.filter((each) => each.n > 0);
  const meanOf = (value: (each: ClassFigures) => number | null) =>
    present.reduce((sum, each) => sum + (value(each) ?? 0), 0) / present.length;
  return {
    ...{ n, wrong, errorRate: wrong / n, interval: wilson(wrong / n, n) },
    loss: answers.reduce((sum, answer) => sum + lossOf(answer), 0) / n,
    balancedAccuracy: meanOf(({ recall }) => recall),
    f1: meanOf(({ f1 }) => f1),
    ...{ classes, confusion },
    calibrationError: calibrationError(answers),
    reliability: reliability(answers),
  };
}
