// Average precision: how well a score puts the pictures that have a label before those that have not.

/**
 * The area under the steps of precision over recall, with equal scores taken together.
 * Reference: `average_precision_score` of scikit-learn.
 *
 * @param scores - of every picture.
 * @param right - whether a picture has the label.
 * @returns from 0 to 1; NaN where no picture has it.
 */
export function averagePrecision(scores: ArrayLike<number>, right: (picture: number) => boolean): number {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort(
    (a, b) => (scores[b] ?? 0) - (scores[a] ?? 0),
  );
  let [found, before, area] = [0, 0, 0];
  for (const [i, picture] of order.entries()) {
    if (right(picture)) found++;
    const next = order[i + 1];
    if (next !== undefined && scores[next] === scores[picture]) continue;
    area += ((found - before) * found) / (i + 1);
    before = found;
  }
  return found === 0 ? Number.NaN : area / found;
}
