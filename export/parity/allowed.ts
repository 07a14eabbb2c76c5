// How far apart the numbers of a network and of its file may be: by a share of themselves, or as far as rounding goes.
import { relative } from './compare.ts';

/** How much two answers may differ whatever the network is, relative to 1 or to the value, whichever is larger. */
export const ANSWER_TOLERANCE = 1e-5;

/**
 * The same as a share of the largest value in the same channel, the last axis: of sums of large numbers that cancel out,
 * small ones are left with the rounding of the large ones. About thirty units in the last place.
 */
const CHANNEL_TOLERANCE = 2e-6;

/** The same where it cannot be found out how far rounding moves the answers. */
const WITHOUT_YARDSTICK = 1e-4;

/** What a network and its file give for one output. */
interface Pair {
  readonly expected: ArrayLike<number>;
  readonly got: ArrayLike<number>;
  /** Places of the last axis. */
  readonly channels: number;
}

/** Whether all differences are within the tolerance of their channels. */
export function isOfItsChannel({ expected, got, channels }: Pair): boolean {
  if (expected.length !== got.length) return false;
  const largest = new Float64Array(channels).fill(1);
  // Stryker disable next-line EqualityOperator: beyond the end is no number, which is passed over
  for (let i = 0; i < expected.length; i++) {
    const value = Math.abs(Number(expected[i]));
    if (Number.isFinite(value)) largest[i % channels] = Math.max(largest[i % channels] ?? 1, value);
  }
  // Stryker disable next-line EqualityOperator: beyond the end neither is a number, which counts as no difference
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(expected[i]), Number(got[i])];
    if (relative(a, b) <= ANSWER_TOLERANCE) continue;
    // Written so that NaN is outside.
    if (!(Math.abs(a - b) <= CHANNEL_TOLERANCE * (largest[i % channels] ?? 1))) return false;
  }
  return true;
}

/** A share of 1 or of a value that is no rounding, and the share of the answers that move so far. */
const JUMP = 0.1;

/**
 * Whether an output says nothing about a file: rounding alone puts a tenth of its numbers elsewhere, as in a list of the
 * best places among thousands that are equally good. On other inputs it must hold; see `withoutOpen` in compare-network.ts.
 */
export function isDecidedByRounding(expected: ArrayLike<number>, spread: Float64Array | undefined): boolean {
  const jumps = spread?.filter((moved, i) => moved > JUMP * Math.max(1, Math.abs(Number(expected[i])))) ?? [];
  return jumps.length > 0 && jumps.length >= JUMP * expected.length;
}

/** How many times further apart than rounding two answers are at most; 0 where all are within the tolerance. */
export function roundingsApart(
  expected: ArrayLike<number>,
  got: ArrayLike<number>,
  spread: Float64Array | undefined,
): number {
  if (expected.length !== got.length) return Number.POSITIVE_INFINITY;
  const tolerance = spread === undefined ? WITHOUT_YARDSTICK : ANSWER_TOLERANCE;
  let most = 0;
  // Stryker disable next-line EqualityOperator: beyond the end neither is a number, which counts as no difference
  for (let i = 0; i < expected.length; i++) {
    const [a, b] = [Number(expected[i]), Number(got[i])];
    if (relative(a, b) <= tolerance) continue;
    if (spread?.[i] === Number.POSITIVE_INFINITY) continue;
    const roundings = Math.abs(a - b) / (spread?.[i] ?? 0);
    most = Math.max(most, Number.isNaN(roundings) ? Number.POSITIVE_INFINITY : roundings);
  }
  return most;
}
