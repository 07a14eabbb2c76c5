// The connected components of the ink.
import type { Plane } from './area.ts';

/** Edges of a rectangle in pixels; `right` and `bottom` lie outside of it. */
export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixels that are connected, also across corners (8-connectivity). */
export interface Component {
  readonly id: number;
  /** Sum and largest of the pixels' levels. */
  readonly mass: number;
  readonly peak: number;
  readonly box: Box;
  /** Whether it touches the edge of the picture. */
  readonly edge: boolean;
}

/** All components of a plane, and for each pixel the id of its component, or 0. */
export interface Components {
  readonly parts: readonly Component[];
  readonly label: Int32Array;
}

/** Finds the components of the pixels above a level. Ids count from 1, in the order of their first pixels. */
export function findComponents({ data, width, height }: Plane, above: number): Components {
  const label = new Int32Array(data.length);
  const stack = new Int32Array(data.length);
  const parts: Component[] = [];
  for (let start = 0; start < data.length; start++) {
    if (label[start] !== 0 || (data[start] ?? 0) <= above) continue;
    const id = parts.length + 1;
    let [mass, peak] = [0, 0];
    let [left, right, top, bottom] = [width, 0, height, 0];
    let size = 0;
    stack[size++] = start;
    label[start] = id;
    while (size > 0) {
      const i = stack[--size] ?? 0;
      const x = i % width;
      const y = (i - x) / width;
      const value = data[i] ?? 0;
      mass += value;
      if (value > peak) peak = value;
      if (x < left) left = x;
      if (x >= right) right = x + 1;
      if (y < top) top = y;
      if (y >= bottom) bottom = y + 1;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const near = v * width + u;
          if (label[near] !== 0 || (data[near] ?? 0) <= above) continue;
          label[near] = id;
          stack[size++] = near;
        }
      }
    }
    const edge = left === 0 || top === 0 || right === width || bottom === height;
    parts.push({ id, mass, peak, box: { left, right, top, bottom }, edge });
  }
  return { parts, label };
}
