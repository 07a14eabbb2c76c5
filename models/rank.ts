// Sorts labels by probability.

/** One label, and its probability from 0 to 1. */
export interface Prediction {
  readonly label: string;
  readonly probability: number;
}

export interface Ranked extends Prediction {
  /** Index of the label in the card. */
  readonly index: number;
}

/**
 * The most probable labels, the best first; equally probable ones in the order of the labels.
 *
 * @param probabilities - in the order of the labels.
 * @param top - how many at most.
 */
export function rank(
  labels: readonly string[],
  probabilities: ArrayLike<number>,
  top = labels.length,
): Ranked[] {
  return labels
    .map((label, index) => ({ index, label, probability: probabilities[index] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}

/** Index of the largest value, the first of equals. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}
