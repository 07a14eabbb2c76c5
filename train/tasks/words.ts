// What an epoch's measures are called and how they are written, by the task of the training.
import type { BalancedMeasures } from '../../models/measure/balanced.ts';
import type { LabelMeasures } from '../../models/measure/labels.ts';
import type { NumberMeasures } from '../../models/measure/numbers.ts';

/** What is measured of an epoch; see loop/evaluate.ts. */
export interface Measured {
  readonly errorRate: number;
  readonly balanced?: BalancedMeasures;
  readonly multi?: LabelMeasures;
  readonly regression?: NumberMeasures;
}

/** One measure: what it is called in a table and in a file of figures, and what it is. */
export interface NamedMeasure {
  /** `error_rate` */
  readonly name: string;
  /** `error`, for a heading. */
  readonly title: string;
  /** As it is read; of several numbers one after another. */
  readonly text: string;
  /** One entry, or one for each number. */
  readonly values: readonly number[];
}

/** Whether the share of wrong answers is all that is measured: one class for each picture, and nothing is balanced. */
export function isErrorAlone({ balanced, multi, regression }: Measured): boolean {
  return balanced === undefined && multi === undefined && regression === undefined;
}

/** The share of wrong answers, also where classes are balanced; of other tasks what decides. */
export function plainErrorOf({ balanced, errorRate }: Pick<Measured, 'balanced' | 'errorRate'>): number {
  return balanced === undefined ? errorRate : 1 - balanced.accuracy;
}

/** The measures of an epoch, that which decides first. */
export function measuresOf({
  errorRate,
  balanced,
  multi,
  regression,
}: Measured): readonly [NamedMeasure, ...NamedMeasure[]] {
  const one = (name: string, title: string, value: number, text: string): NamedMeasure => ({
    ...{ name, title, text },
    values: [value],
  });
  if (multi !== undefined)
    return [
      one('mean_average_precision', 'mAP', multi.meanAveragePrecision, multi.meanAveragePrecision.toFixed(4)),
      one('f1', 'F1', multi.f1, multi.f1.toFixed(4)),
      one('exact', 'exact sets', multi.exact, plainShare(multi.exact)),
    ];
  if (regression !== undefined) {
    const each = (name: string, title: string, values: readonly number[]): NamedMeasure => ({
      ...{ name, title, values },
      text: values.map(digits).join(' '),
    });
    return [
      each('mean_absolute_error', 'mean absolute error', regression.meanAbsoluteError),
      each('root_mean_square_error', 'root mean square error', regression.rootMeanSquareError),
      each('r2', 'R²', regression.r2),
    ];
  }
  if (balanced !== undefined)
    return [
      one(
        ...(['balanced_accuracy', 'balanced accuracy', balanced.balancedAccuracy] as const),
        plainShare(balanced.balancedAccuracy),
      ),
      one('accuracy', 'accuracy', balanced.accuracy, plainShare(balanced.accuracy)),
    ];
  return [one('error_rate', 'error', errorRate, plainShare(errorRate))];
}

const plainShare = (share: number) => `${(share * 100).toFixed(2)} %`;

/** Four significant digits. */
function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Names of the columns of a figure in a file: of several numbers one for each. */
export function columnNames({ name, values }: NamedMeasure): string[] {
  return values.length === 1 ? [name] : values.map((_, i) => `${name}_${i + 1}`);
}

/** What decides, within a sentence: `error rate 3.20 %`, `mean average precision 0.9812`. */
export function decidingInWords(measured: Measured): string {
  const [{ name, text }] = measuresOf(measured);
  return `${name.replaceAll('_', ' ')} ${text}`;
}
