// Balanced accuracy: the share of right answers where every class counts alike, however many pictures it has.

/** Of one class for each picture, where classes are of unequal size. */
export interface BalancedMeasures {
  /** Mean of the classes' recalls. */
  readonly balancedAccuracy: number;
  /** Share of right answers. */
  readonly accuracy: number;
}

/**
 * The mean over the classes that occur of the share of their pictures that are answered right.
 * Reference: scikit-learn, `balanced_accuracy_score`.
 */
export function balancedAccuracyOf(
  answers: readonly { readonly label: number; readonly predicted: number }[],
): number {
  const classes = new Map<number, { n: number; right: number }>();
  for (const { label, predicted } of answers) {
    const { n, right } = classes.get(label) ?? { n: 0, right: 0 };
    classes.set(label, { n: n + 1, right: right + (predicted === label ? 1 : 0) });
  }
  return [...classes.values()].reduce((sum, { n, right }) => sum + right / n, 0) / classes.size;
}
