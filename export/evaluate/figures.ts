// What a model's answers to labeled pictures come to: errors, precision and recall of each class, calibration.
import { argMax } from '../../models/rank.ts';
import { type Bin, calibrationError, reliability } from '../../train/report/calibration.ts';
import { type ClassFigures, classFiguresOf, meanOver } from '../../train/report/class-figures.ts';
import { confusionOf } from '../../train/report/confusion-matrix.ts';
import { wilson } from '../../train/report/statistics.ts';

/** An answer to a picture, and its right class. */
export interface LabeledAnswer {
  readonly label: number;
  /** `[classes]`. */
  readonly probabilities: readonly number[];
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
  const classes = classFiguresOf(confusion, labels);
  return {
    ...{ n, wrong, errorRate: wrong / n, interval: wilson(wrong / n, n) },
    loss: answers.reduce((sum, answer) => sum + lossOf(answer), 0) / n,
    balancedAccuracy: meanOver(classes, ({ recall }) => recall),
    f1: meanOver(classes, ({ f1 }) => f1),
    ...{ classes, confusion },
    calibrationError: calibrationError(answers),
    reliability: reliability(answers),
  };
}
