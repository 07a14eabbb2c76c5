// How two models that answer the same pictures compare, in numbers.

/** How far two models are apart, over the same pictures. */
export interface Parity {
  /** Pictures compared. */
  readonly n: number;
  /** Infinity where one of the two gave no number; of numbers relative to them or to their deviations. */
  readonly maxProbabilityDifference: number;
  /** Pictures whose most probable class differs, or whose set of labels does; of numbers none. */
  readonly changedLabels: number;
  /** How many of these are ties in the reference. */
  readonly ties: number;
}
