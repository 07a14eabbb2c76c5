// The comparer: a reference and a candidate get the same inputs, one after another, and a measure compares their answers.

/** Something that answers: eager tfjs, TensorFlow's graph or onnxruntime. */
export type Answering<Input, Output> = (input: Input) => Promise<Output>;

/**
 * Runs both on every input, the reference first, and measures each pair of answers.
 * @returns What the measure gave, in the order of the inputs.
 */
export async function compareOn<Input, Output, Measured>(
  inputs: Iterable<Input>,
  reference: Answering<Input, Output>,
  candidate: Answering<Input, Output>,
  measure: (expected: Output, got: Output, input: Input) => Measured,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const input of inputs) {
    const expected = await reference(input);
    measured.push(measure(expected, await candidate(input), input));
  }
  return measured;
}

/** How far one number is from the number that was expected. */
export type Distance = (expected: number, got: number) => number;

/** For numbers of one scale, such as probabilities. No number (NaN) differs from everything. */
export const absolute: Distance = (expected, got) => Math.abs(expected - got);

/** Relative to 1 or to the expected number, whichever is larger. NaN equals NaN, and infinities equal themselves. */
export const relative: Distance = (expected, got) =>
  Object.is(expected, got) ? 0 : Math.abs(expected - got) / Math.max(1, Math.abs(expected));

/** The largest distance; infinite where one of the two gave no number, or they gave another number of numbers. */
export function maxDifference(
  expected: ArrayLike<number>,
  got: ArrayLike<number>,
  distance: Distance,
): number {
  if (expected.length !== got.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = distance(Number(expected[i]), Number(got[i]));
    // Written so that NaN counts as a difference.
    // Stryker disable next-line EqualityOperator: what is as large is set to itself
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
