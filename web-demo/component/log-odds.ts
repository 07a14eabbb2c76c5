// How sure an answer is, as a number that has no ends: the log-odds of a label.

/** The smallest positive float32, roughly: below it a probability is none. */
const LEAST = 1e-38;

/** Of one label against all others, whose sum is exact where the label's own probability is rounded to 1. */
export function logOdds(probabilities: ArrayLike<number>, label: number): number {
  let others = 0;
  for (let i = 0; i < probabilities.length; i++) if (i !== label) others += probabilities[i] ?? 0;
  return Math.log(Math.max(LEAST, probabilities[label] ?? 0)) - Math.log(Math.max(LEAST, others));
}
