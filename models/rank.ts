// Sorts labels by probability.

export interface Ranked {
  /** Index of the label in the card. */
  readonly index: number;
  readonly label: string;
  readonly probability: number;
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
