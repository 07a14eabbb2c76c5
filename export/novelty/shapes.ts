// Drawings that are no characters: closed curves, polygons, scribbles, grids, random lines put together.
import type { Random } from '../../train/random.ts';
import type { Place, Stroke } from './draw.ts';
import { curveThrough } from './hand.ts';

/** Makes the strokes of one drawing, about 1 wide. */
export type Shape = (next: Random) => Stroke[];

const place = (next: Random): Place => ({ x: next(), y: next() });

function count(next: Random, from: number, to: number): number {
  return from + Math.floor(next() * (to - from + 1));
}

function around(n: number, at: (turn: number, i: number) => number): Stroke {
  return Array.from({ length: n + 1 }, (_, i) => {
    const turn = (2 * Math.PI * i) / n;
    const radius = at(turn, i % n);
    return { x: radius * Math.cos(turn), y: radius * Math.sin(turn) };
  });
}

/** Three corners to eight, some of them drawn in: polygons and stars. */
const polygon: Shape = (next) => {
  const n = count(next, 3, 8);
  const radii = Array.from({ length: n }, () => 0.4 + 0.6 * next());
  return [
    turned(
      around(n, (_, i) => radii[i] ?? 1),
      next,
    ),
  ];
};

/** A circle whose radius goes up and down. */
const blob: Shape = (next) => {
  const waves = Array.from({ length: 4 }, (_, k) => ({
    amount: (0.7 * (2 * next() - 1)) / (k + 1),
    phase: 2 * Math.PI * next(),
  }));
  const radius = (turn: number) =>
    1 + waves.reduce((sum, { amount, phase }, k) => sum + amount * Math.cos((k + 2) * turn + phase), 0);
  return [turned(around(48, radius), next)];
};

/** A closed shape with something in it, or across it. */
const filled: Shape = (next) => {
  const outer = (next() < 0.5 ? polygon : blob)(next);
  const inner = Array.from({ length: count(next, 1, 4) }, () => {
    const [x, y] = [next() - 0.5, next() - 0.5];
    const [dx, dy] = [0.5 * (next() - 0.5), 0.5 * (next() - 0.5)];
    return [
      { x, y },
      { x: x + dx, y: y + dy },
    ];
  });
  return [...outer, ...inner];
};

/** A pen that is pushed about. */
const scribble: Shape = (next) => {
  const stroke: Place[] = [];
  let [x, y, dx, dy] = [0, 0, 0, 0];
  for (let i = count(next, 40, 160); i > 0; i--) {
    dx = 0.8 * dx + (next() - 0.5) * 0.14 - 0.02 * x;
    dy = 0.8 * dy + (next() - 0.5) * 0.14 - 0.02 * y;
    x += dx;
    y += dy;
    stroke.push({ x, y });
  }
  return [stroke];
};

const zigzag: Shape = (next) => {
  const [n, wide, across] = [count(next, 5, 12), 0.4 + 0.6 * next(), next() < 0.5];
  return [
    Array.from({ length: n }, (_, i) => {
      const [along, side] = [i / (n - 1), (i % 2) * wide + 0.1 * next()];
      return across ? { x: along, y: side } : { x: side, y: along };
    }),
  ];
};

const spiral: Shape = (next) => {
  const [turns, way] = [1.5 + 2 * next(), next() < 0.5 ? 1 : -1];
  const from = 2 * Math.PI * next();
  return [
    Array.from({ length: 60 }, (_, i) => {
      const angle = from + (way * 2 * Math.PI * turns * i) / 59;
      return { x: (i / 59) * Math.cos(angle), y: (i / 59) * Math.sin(angle) };
    }),
  ];
};

/** Lines side by side, and perhaps lines across them. */
const grid: Shape = (next) => {
  const lines = (n: number, level: boolean): Stroke[] =>
    Array.from({ length: n }, (_, i) => {
      const at = n === 1 ? 0.5 : i / (n - 1);
      return level
        ? [
            { x: 0, y: at },
            { x: 1, y: at },
          ]
        : [
            { x: at, y: 0 },
            { x: at, y: 1 },
          ];
    });
  const [levels, uprights] = [count(next, 1, 4), count(next, 0, 4)];
  return [...lines(levels, true), ...lines(uprights, false)];
};

/** Straight and bent lines between any places. */
const lines: Shape = (next) =>
  Array.from({ length: count(next, 2, 5) }, () => {
    const places = Array.from({ length: count(next, 2, 4) }, () => place(next));
    return next() < 0.5 ? places : curveThrough(places);
  });

/** One line with many corners, or many bends. */
const line: Shape = (next) => {
  const places = Array.from({ length: count(next, 5, 9) }, () => place(next));
  return [next() < 0.5 ? places : curveThrough(places)];
};

const dots: Shape = (next) =>
  Array.from({ length: count(next, 1, 8) }, () => [place(next), place(next)].slice(0, 1));

function turned(stroke: Stroke, next: Random): Stroke {
  const angle = 2 * Math.PI * next();
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return stroke.map(({ x, y }) => ({ x: x * cosine - y * sine, y: x * sine + y * cosine }));
}

export const shapes: Readonly<Record<string, Shape>> = {
  polygon,
  blob,
  filled,
  scribble,
  zigzag,
  spiral,
  grid,
  lines,
  line,
  dots,
};
