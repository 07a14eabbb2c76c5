// The two orders of axes: TensorFlow's with channels last, and ONNX's with channels first.

/** `[N,H,W,C]` or `[N,C,H,W]`, and the same for other ranks from 3. */
export type Layout = 'channelsLast' | 'channelsFirst';

/** Which axis, counted with channels last, is at each place of `layout`. */
export function axesOf(layout: Layout, rank: number): number[] {
  const axes = Array.from({ length: rank }, (_, i) => i);
  return layout === 'channelsFirst' && rank > 2 ? [0, rank - 1, ...axes.slice(1, -1)] : axes;
}

/** The place in `layout` of an axis that is counted with channels last, from 0. */
export function placeOf(axis: number, layout: Layout, rank: number): number {
  return axesOf(layout, rank).indexOf(axis);
}

/** Brings one entry per axis from channels last into the order of `layout`. */
export function arrangeAxes<T>(entries: readonly T[], layout: Layout): T[] {
  return axesOf(layout, entries.length).flatMap((axis) => entries.slice(axis, axis + 1));
}

/** How a transposition gets from one order to the other. */
export function axisPermutation(from: Layout, to: Layout, rank: number): number[] {
  return axesOf(to, rank).map((axis) => placeOf(axis, from, rank));
}

/** Whether both orders of this shape have the same bytes: there is one channel, or one spatial position. */
export function sameBytes(shape: readonly number[]): boolean {
  const places = shape.slice(1, -1);
  return shape.at(-1) === 1 || places.every((size) => size === 1);
}
