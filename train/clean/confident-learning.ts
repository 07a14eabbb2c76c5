// Confident learning: which labels are wrong, by what a network that has not seen a picture says of it.
// Source: Northcutt, Jiang and Chuang 2021, https://arxiv.org/abs/1911.00068, section 3.1.

/** What is said of pictures by networks that were not trained on them. */
export interface OutOfFold {
  /** `[N]`, indices of classes. */
  readonly labels: ArrayLike<number>;
  /** `[N,classes]`, one picture after another. */
  readonly probabilities: ArrayLike<number>;
  readonly classes: number;
}

export interface ConfidentLearning {
  /** The least probability with which each class is counted; infinite of a class without pictures. */
  readonly thresholds: readonly number[];
  /** The confident joint, `[given][guessed]`: how many pictures with a label are counted as which class. */
  readonly joint: readonly (readonly number[])[];
  /** The class that each picture is counted as; -1 where none is certain enough. */
  readonly guesses: readonly number[];
  /** Places of the pictures whose label is likely to be wrong, in their order. */
  readonly issues: readonly number[];
}

/** Probabilities that differ by less are equal, as cleanlab has it. */
const EPSILON = 1e-6;

/**
 * The threshold of class j is the mean probability of j over the pictures with the label j (equation 2). A picture is counted
 * as the class whose probability reaches its threshold (equation 1); where several do, as the most probable of all, which is
 * cleanlab's reading. Those that are counted as another class than their label's are off the joint's diagonal; they are issues
 * unless their label is the most probable all the same.
 */
export function confidentLearning({ labels, probabilities, classes }: OutOfFold): ConfidentLearning {
  const n = labels.length;
  const of = (i: number, j: number) => probabilities[i * classes + j] ?? 0;
  const [sums, counts] = [new Float64Array(classes), new Float64Array(classes)];
  for (let i = 0; i < n; i++) {
    const label = labels[i] ?? 0;
    sums[label] = (sums[label] ?? 0) + of(i, label);
    counts[label] = (counts[label] ?? 0) + 1;
  }
  const thresholds = Array.from(counts, (count, j) =>
    count === 0 ? Number.POSITIVE_INFINITY : Math.max(2 * EPSILON, (sums[j] ?? 0) / count),
  );
  const joint = thresholds.map(() => new Array<number>(classes).fill(0));
  const guesses: number[] = [];
  const issues: number[] = [];
  for (let i = 0; i < n; i++) {
    const label = labels[i] ?? 0;
    const row = Array.from({ length: classes }, (_, j) => of(i, j));
    const certain = row.flatMap((probability, j) =>
      probability >= (thresholds[j] ?? 1) - EPSILON ? [j] : [],
    );
    const likeliest = row.indexOf(Math.max(...row));
    const guess = certain.length > 1 ? likeliest : (certain[0] ?? -1);
    guesses.push(guess);
    const counted = joint[label];
    if (guess < 0 || counted === undefined) continue;
    counted[guess] = (counted[guess] ?? 0) + 1;
    if (guess !== label && of(i, label) < of(i, likeliest) - EPSILON) issues.push(i);
  }
  return { thresholds, joint, guesses, issues };
}

/**
 * The normalized margin of each label, from 0, certainly wrong, to 1, certainly right: the label's probability less that of
 * the most probable other class, moved from [-1, 1] (section 3.2).
 */
export function margins({ labels, probabilities, classes }: OutOfFold): Float64Array {
  return Float64Array.from({ length: labels.length }, (_, i) => {
    const label = labels[i] ?? 0;
    let other = 0;
    for (let j = 0; j < classes; j++)
      if (j !== label) other = Math.max(other, probabilities[i * classes + j] ?? 0);
    return ((probabilities[i * classes + label] ?? 0) - other + 1) / 2;
  });
}
