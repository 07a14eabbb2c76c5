// Numbers of usual sizes for tests of properties.
import * as fc from 'fast-check';

/** Steps between the ends: a power of two, so that ends and middle are met exactly. */
const STEPS = 2 ** 20;

/**
 * Numbers spread evenly from `min` to `max`, and now and then one of `fc.double`, which takes every float for as likely as
 * any other: of those near zero nearly all are as good as zero.
 */
export function real(min: number, max: number): fc.Arbitrary<number> {
  const even = fc.integer({ min: 0, max: STEPS }).map((i) => min + ((max - min) * i) / STEPS);
  return fc.oneof(
    { arbitrary: even, weight: 4 },
    { arbitrary: fc.double({ min, max, noNaN: true }), weight: 1 },
  );
}
