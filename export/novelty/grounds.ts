// Grounds in color: one color, colors that run into each other, waves, clouds, noise, things before each other.
import { normal, type Random } from '../../train/random.ts';
import { thing } from './scenes.ts';

/** Red, green and blue of each pixel, from 0 to 255, row by row: `[height,width,3]`; what is outside is clipped at the end. */
export interface Canvas {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

export type Color = readonly [red: number, green: number, blue: number];

/** Makes a ground of a size. */
export type Ground = (next: Random, width: number, height: number) => Canvas;

/** A gray of three is as frequent as any other color: paper, ink and walls are. */
export function anyColor(next: Random): Color {
  const [red, green, blue, kind] = [255 * next(), 255 * next(), 255 * next(), next()];
  if (kind < 0.15) return [0, 0, 0];
  if (kind < 0.3) return [255, 255, 255];
  return kind < 0.5 ? [red, red, red] : [red, green, blue];
}

/** @param share - from 0 to 1, how much of the second color is at a place. */
function mixed(
  width: number,
  height: number,
  share: (x: number, y: number) => number,
  one: Color,
  two: Color,
) {
  const data = new Float32Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const part = share(x, y);
      for (let c = 0; c < 3; c++, i++) data[i] = (1 - part) * (one[c] ?? 0) + part * (two[c] ?? 0);
    }
  return { data, width, height };
}

const flat: Ground = (next, width, height) => {
  const color = anyColor(next);
  return mixed(width, height, () => 0, color, color);
};

/** From one color to another, along a line or around a place. */
const gradient: Ground = (next, width, height) => {
  const [one, two, angle, isRound] = [anyColor(next), anyColor(next), 2 * Math.PI * next(), next() < 0.4];
  const [middleX, middleY, reach] = [width * next(), height * next(), 0.3 + 0.9 * next()];
  const [across, down] = [Math.cos(angle) / width, Math.sin(angle) / height];
  const along = (x: number, y: number) =>
    isRound
      ? Math.hypot((x - middleX) / width, (y - middleY) / height) / reach
      : 0.5 + (across * (x - width / 2) + down * (y - height / 2)) / reach;
  return mixed(width, height, (x, y) => Math.min(1, Math.max(0, along(x, y))), one, two);
};

/** Two colors in waves, soft or with edges, and perhaps waves across them: stripes, checks and grids. */
const waves: Ground = (next, width, height) => {
  const [one, two, isSharp, isCrossed] = [anyColor(next), anyColor(next), next() < 0.5, next() < 0.4];
  const angle = next() < 0.4 ? (Math.PI / 2) * Math.floor(2 * next()) : Math.PI * next();
  const [step, phase, other] = [
    (2 * Math.PI) / (2 + 14 * next()),
    2 * Math.PI * next(),
    2 * Math.PI * next(),
  ];
  const [cosine, sine] = [step * Math.cos(angle), step * Math.sin(angle)];
  const sharp = (value: number) => (isSharp ? Math.min(1, Math.max(-1, 6 * value)) : value);
  return mixed(
    width,
    height,
    (x, y) => {
      const wave = sharp(Math.sin(cosine * x + sine * y + phase));
      const cross = isCrossed ? sharp(Math.sin(sine * x - cosine * y + other)) : 1;
      return 0.5 + 0.5 * wave * cross;
    },
    one,
    two,
  );
};

/** Grids of random levels, each twice as fine as the one before it and paler: clouds, marble, gravel. */
const clouds: Ground = (next, width, height) => {
  const [paleness, one, two] = [0.4 + 0.6 * next(), anyColor(next), anyColor(next)];
  const [isColored, gain] = [next() < 0.4, 1 + 2 * next()];
  const level = () => {
    const sum = new Float32Array(width * height);
    let amount = 1;
    let all = 0;
    for (let cells = next() < 0.5 ? 2 : 4; cells <= 32; cells *= 2) {
      addLattice(sum, { width, height, cells, amount }, next);
      all += amount;
      amount *= paleness;
    }
    return sum.map((value) => Math.min(1, Math.max(0, 0.5 + gain * (value / all - 0.5))));
  };
  const levels = isColored ? [level(), level(), level()] : [level()];
  const data = new Float32Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const part = levels[isColored ? i % 3 : 0]?.[Math.floor(i / 3)] ?? 0;
    data[i] = (1 - part) * (one[i % 3] ?? 0) + part * (two[i % 3] ?? 0);
  }
  return { data, width, height };
};

interface Lattice {
  readonly width: number;
  readonly height: number;
  /** Of a side. */
  readonly cells: number;
  readonly amount: number;
}

/** Adds random levels of so many cells a side, with straight lines between them. */
function addLattice(sum: Float32Array, { width, height, cells, amount }: Lattice, next: Random): void {
  const side = cells + 1;
  const grid = Float32Array.from({ length: side * side }, next);
  for (let y = 0, i = 0; y < height; y++) {
    const v = (y / height) * cells;
    const [row, down] = [Math.floor(v), v - Math.floor(v)];
    for (let x = 0; x < width; x++, i++) {
      const u = (x / width) * cells;
      const at = row * side + Math.floor(u);
      const across = u - Math.floor(u);
      const top = (1 - across) * (grid[at] ?? 0) + across * (grid[at + 1] ?? 0);
      const bottom = (1 - across) * (grid[at + side] ?? 0) + across * (grid[at + side + 1] ?? 0);
      sum[i] = (sum[i] ?? 0) + amount * ((1 - down) * top + down * bottom);
    }
  }
}

/** Each grain of another level: of one pixel or some, even or normal, gray or in color. */
const noise: Ground = (next, width, height) => {
  const [base, grain, isGray, isNormal] = [
    anyColor(next),
    next() < 0.6 ? 1 : 1 + Math.floor(4 * next()),
    next() < 0.4,
    next() < 0.5,
  ];
  const amount = 30 + 120 * next();
  const columns = Math.ceil(width / grain);
  const draw = () => amount * (isNormal ? normal(next) / 1.5 : 2 * next() - 1);
  const grains = Float32Array.from({ length: columns * Math.ceil(height / grain) * (isGray ? 1 : 3) }, draw);
  const middle = next() < 0.5 ? ([128, 128, 128] as const) : base;
  const data = new Float32Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = Math.floor(y / grain) * columns + Math.floor(x / grain);
      for (let c = 0; c < 3; c++, i++) data[i] = (middle[c] ?? 0) + (grains[isGray ? at : at * 3 + c] ?? 0);
    }
  return { data, width, height };
};

const plain = [flat, gradient, waves, clouds, noise];

/** Ellipses and boxes before each other, of a color or a ground each, with hard or soft edges. */
const things: Ground = (next, width, height) => {
  const any = () => (next() < 0.5 ? flat : oneOf(plain, next))(next, width, height);
  const ground = any();
  for (let n = 1 + Math.floor(7 * next()); n > 0; n--) {
    const [{ covers }, { data }] = [thing(next), any()];
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const part = covers((x + 0.5) / width, (y + 0.5) / height);
        for (let c = 0; c < 3; c++, i++)
          ground.data[i] = (1 - part) * (ground.data[i] ?? 0) + part * (data[i] ?? 0);
      }
  }
  return ground;
};

/** Lays a color upon a canvas. @param covers - from 0 to 1, how much of a pixel it covers. */
export function paint(
  { data, width, height }: Canvas,
  color: Color,
  covers: (x: number, y: number) => number,
) {
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 3) {
      const part = covers(x, y);
      if (part <= 0) continue;
      for (let c = 0; c < 3; c++) data[i + c] = (1 - part) * (data[i + c] ?? 0) + part * (color[c] ?? 0);
    }
}

export const grounds = { flat, gradient, waves, clouds, noise, things } satisfies Readonly<
  Record<string, Ground>
>;

export function oneOf<T>(things: readonly T[], next: Random): T {
  const chosen = things[Math.floor(next() * things.length)];
  if (chosen === undefined) throw new RangeError('oneOf: received no things, expected one at least');
  return chosen;
}
