// Sizes that are known when the model runs: how they are written in shapes, and how a model asks for them.

/** The batch, as one entry of a shape. */
export const BATCH = -1;

/** Sizes below this one stand for other sizes that are known when the model runs, each for one of them. */
const NAMED = -(2 ** 30);

/** How a size that varies, other than the batch, is written in shapes; counted from 0. */
export function dynamicSize(index: number): number {
  return NAMED - index;
}

/** Whether an entry of a shape, or a number made from one, is known only when the model runs. */
export function isDynamic(size: number): boolean {
  return size === BATCH || size <= NAMED;
}

/** Whether all sizes are known now. */
export function isFixed(shape: readonly number[]): boolean {
  return !shape.some(isDynamic);
}
