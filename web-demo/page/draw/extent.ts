// Edges of what a pen has passed or inked.
import type { PenPoint } from './strokes.ts';

/** Edges; fractions of the pad's side. */
export interface Extent {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The edges of nothing. */
const nothing: Extent = {
  left: Number.POSITIVE_INFINITY,
  right: Number.NEGATIVE_INFINITY,
  top: Number.POSITIVE_INFINITY,
  bottom: Number.NEGATIVE_INFINITY,
};

/** The extent of the ink at some points. */
export function extentOf(points: readonly PenPoint[]): Extent {
  return edges(points, 0.5);
}

/** The extent of the pen's way through some points. */
export function penExtentOf(points: readonly PenPoint[]): Extent {
  return edges(points, 0);
}

/** @param share - of the line's width, that counts on each side. */
function edges(points: readonly PenPoint[], share: number): Extent {
  let { left, right, top, bottom } = nothing;
  for (const { x, y, width } of points) {
    const reach = width * share;
    left = Math.min(left, x - reach);
    right = Math.max(right, x + reach);
    top = Math.min(top, y - reach);
    bottom = Math.max(bottom, y + reach);
  }
  return { left, right, top, bottom };
}

export function union(a: Extent, b: Extent): Extent {
  return {
    left: Math.min(a.left, b.left),
    right: Math.max(a.right, b.right),
    top: Math.min(a.top, b.top),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

/** Whether two extents have a place in common. */
export function meet(a: Extent, b: Extent): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}

export const widthOf = ({ left, right }: Extent) => right - left;
export const heightOf = ({ top, bottom }: Extent) => bottom - top;
export const middleOf = ({ left, right }: Extent) => (left + right) / 2;
