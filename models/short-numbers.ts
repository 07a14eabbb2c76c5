// float32 numbers for JSON, without the digits that only a float64 has.

/** Digits from which every float32 is read again as it was: 9, as in C's FLT_DECIMAL_DIG. */
const DIGITS = 9;

/** Numbers that are written with 9 digits at most and are, rounded to float32, the same. */
export function shortNumbers(values: Float32Array): number[] {
  return Array.from(values, (value) => Number(value.toPrecision(DIGITS)));
}
