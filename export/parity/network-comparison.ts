// What comparing a file with its network gives, in types that need no runtime's.

/** How a file answers beside its network. */
export interface NetworkComparison {
  /** Runs compared, each with other inputs. */
  readonly runs: number;
  /** Sizes of the inputs in these runs, where they vary: `96x97`. */
  readonly sizes: readonly string[];
  /** Relative to 1 or to the value; infinite where one of the two gave no number. */
  readonly largestDifference: number;
  /** Name of the output with the largest difference, or of the one that rounding does not account for. */
  readonly output: string;
  /** What the inputs were then: `negative, edges, large`. */
  readonly inputs: string;
  /** How many times further apart than rounding moves the answers; 0 where the difference is within the tolerance. */
  readonly roundings: number;
  /** Whether the two answer alike: as the tolerance says, or as far as rounding goes. */
  readonly holds: boolean;
}
