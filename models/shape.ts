// Shapes of arrays.

/** How many elements an array of this shape has: 1 without dimensions. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
