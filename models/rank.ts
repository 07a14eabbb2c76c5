// Sorts labels by probability, and makes the answer of that, the same in the server, the library and the page.

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

/**
 * An answer: the most probable labels, the best first, and the first of them again.
 *
 * @param labels - one at least, as every card has.
 */
export function answerOf(
  ...ranked: Parameters<typeof rank>
): Prediction & { readonly predictions: Prediction[] } {
  const predictions = rank(...ranked).map(({ label, probability }) => ({ label, probability }));
  const [best] = predictions;
  if (best === undefined) throw new Error('the model has no labels');
  return { ...best, predictions };
}

/** Index of the largest value, the first of equals. */
export function argMax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}
