// The targets of a picture, or an answer of the same kind, in words.
import type { TargetTask } from './task.ts';

/** The data set, as far as words need it. */
interface Named {
  readonly task?: TargetTask;
  readonly labels: readonly string[];
}

/**
 * `cat, tree` of labels, `none` where it has none, with shares of those that a mixed picture has in part; of numbers `47`, or
 * `x 3.5, y 12` of several.
 * @param targets - `[K]`.
 */
export function targetsInWords({ task, labels }: Named, targets: ArrayLike<number>): string {
  if (task === 'regression') {
    const numbers = labels.map((label, k) => [label, digits(targets[k] ?? Number.NaN)] as const);
    return numbers.length === 1
      ? (numbers[0]?.[1] ?? '')
      : numbers.map(([label, number]) => `${label} ${number}`).join(', ');
  }
  const present = labels.flatMap((label, k) => {
    const share = targets[k] ?? 0;
    return share === 0 ? [] : [share === 1 ? label : `${label} ${Math.round(100 * share)} %`];
  });
  return present.length === 0 ? 'none' : present.join(', ');
}

/** Four significant digits. */
function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
