// Turns an image of a digit into the strokes of a pen: thins it to lines, then follows them.
import type { Place } from '../../web-demo/strokes.ts';

/** Times that an image is enlarged before it is thinned. */
const enlarged = 4;

/** Part of the darkest ink within so many enlarged pixels that a pixel must have, and its least level. */
const darkEnough = 0.65;
const surroundings = 10;
const faintest = 50;

/** Pixels of the enlarged image between two points of a stroke: about those of a mouse. */
const spacing = 3;

/** Lines shorter than this, in enlarged pixels, are burrs of the thinning. */
const burr = 7;

interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Traces `[side,side]` uint8, light on black.
 *
 * @returns strokes in the unit square that the image fills.
 */
export function strokesFrom(image: Uint8Array, side: number): Place[][] {
  const lines = follow(thin(enlarge(image, side)));
  const unit = side * enlarged;
  return lines.map((line) => line.map(([x, y]) => [(x + 0.5) / unit, (y + 0.5) / unit]));
}

/**
 * Enlarges by linear interpolation and keeps what is ink. A broad pen leaves gray in a loop, a fine one leaves no more
 * than gray: so a pixel is compared with the darkest ink around it.
 */
function enlarge(image: Uint8Array, side: number): Bitmap {
  const width = side * enlarged;
  const levels = new Float32Array(width * width);
  const at = (x: number, y: number) =>
    x < 0 || y < 0 || x >= side || y >= side ? 0 : (image[y * side + x] ?? 0);
  for (let y = 0; y < width; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5) / enlarged - 0.5, (y + 0.5) / enlarged - 0.5];
      const [i, j] = [Math.floor(u), Math.floor(v)];
      const [a, b] = [u - i, v - j];
      const above = at(i, j) * (1 - a) + at(i + 1, j) * a;
      const below = at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a;
      levels[y * width + x] = above * (1 - b) + below * b;
    }
  }
  const most = darkest(levels, width);
  const data = Uint8Array.from(levels, (level, i) =>
    level >= Math.max(faintest, (most[i] ?? 0) * darkEnough) ? 1 : 0,
  );
  return { data, width, height: width };
}

/** The largest level within {@link surroundings} of each pixel that may be ink. */
function darkest(levels: Float32Array, width: number): Float32Array {
  const reach = Array.from({ length: 2 * surroundings + 1 }, (_, i) => i - surroundings);
  const disc = reach.flatMap((dy) =>
    reach.filter((dx) => Math.hypot(dx, dy) <= surroundings).map((dx) => [dx, dy] as const),
  );
  return levels.map((level, i) => {
    if (level < faintest) return 0;
    const [x, y] = [i % width, Math.floor(i / width)];
    let most = 0;
    for (const [dx, dy] of disc) {
      const [u, v] = [x + dx, y + dy];
      if (u >= 0 && v >= 0 && u < width && v < width) most = Math.max(most, levels[v * width + u] ?? 0);
    }
    return most;
  });
}

/** Reference: Zhang and Suen 1984, "A Fast Parallel Algorithm for Thinning Digital Patterns". */
function thin({ data, width, height }: Bitmap): Bitmap {
  const out = data.slice();
  for (let changed = true; changed; ) {
    changed = false;
    for (const pass of [0, 1]) {
      const gone: number[] = [];
      for (let i = 0; i < out.length; i++) {
        if (out[i] === 1 && removable(around(out, width, height, i), pass)) gone.push(i);
      }
      for (const i of gone) out[i] = 0;
      changed ||= gone.length > 0;
    }
  }
  return { data: out, width, height };
}

const clockwise = [
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
] as const;

/** The eight neighbors, clockwise from the one above. */
function around(data: Uint8Array, width: number, height: number, i: number): number[] {
  const [x, y] = [i % width, Math.floor(i / width)];
  return clockwise.map(([dx, dy]) => {
    const [u, v] = [x + dx, y + dy];
    return u < 0 || v < 0 || u >= width || v >= height ? 0 : (data[v * width + u] ?? 0);
  });
}

function removable(p: readonly number[], pass: number): boolean {
  const sum = p.reduce((a, b) => a + b, 0);
  const rises = p.filter((value, k) => value === 0 && p[(k + 1) % 8] === 1).length;
  if (sum < 2 || sum > 6 || rises !== 1) return false;
  const [north = 0, , east = 0, , south = 0, , west = 0] = p;
  return pass === 0
    ? north * east * south === 0 && east * south * west === 0
    : north * east * west === 0 && north * south * west === 0;
}

/** Walks along the lines from their ends and forks, and around what has neither. */
function follow({ data, width, height }: Bitmap): [number, number][][] {
  const neighbors = (i: number) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    const there = clockwise.flatMap(([dx, dy]) => {
      const [u, v] = [x + dx, y + dy];
      const inside = u >= 0 && v >= 0 && u < width && v < height;
      return inside && data[v * width + u] === 1
        ? [{ j: v * width + u, straight: dx === 0 || dy === 0 }]
        : [];
    });
    // A step around a corner is no fork: the straight neighbor leads there as well.
    return there
      .filter(
        ({ j, straight }) => straight || !there.some((other) => other.straight && touches(other.j, j, width)),
      )
      .map(({ j }) => j);
  };
  const used = new Set<string>();
  const edge = (i: number, j: number) => `${Math.min(i, j)} ${Math.max(i, j)}`;
  const points = [...data.keys()].filter((i) => data[i] === 1);
  const degree = new Map(points.map((i) => [i, neighbors(i).length]));
  const starts = [...points.filter((i) => degree.get(i) !== 2), ...points];
  const lines: number[][] = [];
  for (const start of starts) {
    for (const first of neighbors(start)) {
      if (used.has(edge(start, first))) continue;
      const line = [start];
      for (let [from, to] = [start, first]; ; ) {
        used.add(edge(from, to));
        line.push(to);
        const next = neighbors(to).find((j) => j !== from && !used.has(edge(to, j)));
        if (degree.get(to) !== 2 || next === undefined) break;
        [from, to] = [to, next];
      }
      lines.push(line);
    }
  }
  const isBurr = (line: readonly number[]) =>
    line.length < burr && lines.length > 1 && [line[0], line.at(-1)].some((i) => degree.get(i ?? -1) === 1);
  return lines
    .filter((line) => !isBurr(line))
    .map((line) =>
      line
        .filter((_, k) => k % spacing === 0 || k === line.length - 1)
        .map((i) => [i % width, Math.floor(i / width)]),
    );
}

function touches(i: number, j: number, width: number): boolean {
  const [dx, dy] = [
    Math.abs((i % width) - (j % width)),
    Math.abs(Math.floor(i / width) - Math.floor(j / width)),
  ];
  return dx <= 1 && dy <= 1;
}
