// Digits as a person draws them: strokes through a few points, smoothed, in the unit square.

export type Place = readonly [x: number, y: number];

const corners: Record<string, readonly (readonly Place[])[]> = {
  0: [
    [
      [0.55, 0.17],
      [0.38, 0.24],
      [0.31, 0.5],
      [0.38, 0.76],
      [0.52, 0.83],
      [0.66, 0.74],
      [0.7, 0.48],
      [0.63, 0.24],
      [0.53, 0.17],
    ],
  ],
  1: [
    [
      [0.53, 0.16],
      [0.52, 0.38],
      [0.5, 0.6],
      [0.49, 0.84],
    ],
  ],
  3: [
    [
      [0.31, 0.3],
      [0.4, 0.19],
      [0.54, 0.155],
      [0.665, 0.225],
      [0.66, 0.36],
      [0.54, 0.445],
      [0.45, 0.46],
      [0.56, 0.475],
      [0.69, 0.56],
      [0.69, 0.72],
      [0.56, 0.83],
      [0.4, 0.82],
      [0.3, 0.73],
    ],
  ],
  7: [
    [
      [0.3, 0.2],
      [0.5, 0.2],
      [0.7, 0.19],
      [0.7, 0.2],
      [0.6, 0.42],
      [0.5, 0.62],
      [0.44, 0.84],
    ],
  ],
};

/** The strokes of a digit. @throws Error for a digit that nobody has drawn yet */
export function strokesOf(digit: string): Place[][] {
  const strokes = corners[digit];
  if (!strokes) throw new Error(`no strokes for ${digit}`);
  return strokes.map((stroke) => smooth(stroke));
}

/** A uniform Catmull-Rom spline through the points, in steps about as fine as those of a mouse. */
export function smooth(points: readonly Place[], steps = 8): Place[] {
  const curve = points.slice(0, -1).flatMap((from, i) => {
    const to = points[i + 1] ?? from;
    const before = points[i - 1] ?? from;
    const after = points[i + 2] ?? to;
    return Array.from({ length: steps }, (_, step): Place => {
      const t = step / steps;
      const along = (axis: 0 | 1) =>
        from[axis] +
        0.5 *
          t *
          (to[axis] -
            before[axis] +
            t *
              (2 * before[axis] -
                5 * from[axis] +
                4 * to[axis] -
                after[axis] +
                t * (3 * (from[axis] - to[axis]) + after[axis] - before[axis])));
      return [along(0), along(1)];
    });
  });
  const end = points.at(-1);
  return end ? [...curve, end] : curve;
}
