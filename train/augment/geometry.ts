// Moves a photograph's pixels as fastai does: crop, zoom, rotation, shift and perspective, with one interpolation for all.
import { z } from 'zod';
import type { Shape } from '../../models/image/shape.ts';
import type { Random } from '../random.ts';
import {
  amount,
  defineTransform,
  LEAVES_FRAME,
  number,
  numberOption,
  type Values,
  wordOption,
} from './transform.ts';

/** Named after fastai's `aug_transforms`, for pictures that fill their frame. */
const fields = {
  /** Degrees, to either side. */
  maxRotate: amount('degrees', 180),
  /** Factors between which a picture is enlarged; the part that is seen is drawn, too. */
  minZoom: number('a factor', 0.1, 1).exactOptional(),
  maxZoom: number('a factor', 1, 10).exactOptional(),
  /** Fraction of the side, along either axis. */
  maxShift: amount('a fraction', 1),
  /** Perspective: how far corners move, in halves of the side. */
  maxWarp: amount('a fraction', 0.9),
  /** Crops a part of the picture, of at least this share of its area. */
  minScale: number('a share', 0.01, 1).exactOptional(),
  /** Share of the pictures that each of these moves; 0.75 if left out. */
  pAffine: amount('a share', 1),
  /** What comes in at the edges; reflection if left out. */
  padMode: z.enum(['reflection', 'border', 'zeros']).exactOptional(),
};

export type GeometryOptions = Values<typeof fields>;

export const geometry = defineTransform({
  name: 'geometry',
  fields,
  options: {
    'max-rotate': numberOption('maxRotate', 'Rotate by up to so many degrees (photo: 10)'),
    'min-zoom': numberOption('minZoom', 'Zoom by at least this factor'),
    'max-zoom': numberOption('maxZoom', 'Zoom by at most this factor (photo: 1.1)'),
    'max-shift': numberOption('maxShift', 'Shift by up to this share of the side'),
    'max-warp': numberOption('maxWarp', 'Change of perspective, as a share of the side (photo: 0.2)'),
    'min-scale': numberOption('minScale', 'Cut out a part of at least this share of the area'),
    'p-affine': numberOption(
      'pAffine',
      'Share of pictures that rotation, zoom, shift and perspective change (0.75)',
    ),
    'pad-mode': wordOption('padMode', ['reflection', 'border', 'zeros'], 'What fills the edges'),
  },
  effects: [
    {
      name: 'rotation',
      fields: ['maxRotate', 'pAffine', 'padMode'],
      risk: `corners leave the picture, and their neighbors come in twice; ${LEAVES_FRAME}`,
    },
    {
      name: 'zoom',
      fields: ['maxZoom', 'minZoom', 'pAffine', 'padMode'],
      decisive: 2,
      risk: LEAVES_FRAME,
    },
    { name: 'shift', fields: ['maxShift', 'pAffine', 'padMode'], risk: LEAVES_FRAME },
    { name: 'perspective', fields: ['maxWarp', 'pAffine', 'padMode'], risk: LEAVES_FRAME },
    { name: 'crop', fields: ['minScale', 'pAffine', 'padMode'], risk: LEAVES_FRAME },
  ],
  isOn: movesPlaces,
  apply: (image, { shape, options, draws }) =>
    moveGeometry(image, shape, options, (stream) => draws(`photo/${stream}`)),
});

/** Share of the pictures that a transform moves, as fastai's `p_affine`. */
export const P_AFFINE = 0.75;

/**
 * A projective map of places, row by row. Places go from -1 to 1, both ends being centers of edge pixels
 * (`align_corners=True` in PyTorch's `grid_sample`).
 */
type Matrix = readonly [number, number, number, number, number, number, number, number, number];

const identity: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Whether `options` move anything. */
export function movesPlaces(options: GeometryOptions): boolean {
  const { maxRotate, minZoom = 1, maxZoom = 1, maxShift, maxWarp, minScale = 1 } = options;
  return Boolean(maxRotate || minZoom < 1 || maxZoom > 1 || maxShift || maxWarp || minScale < 1);
}

/**
 * The picture, moved. Definitions and defaults: fastai 2, vision/augment.py (`aug_transforms`, `rotate_mat`,
 * `zoom_mat`, `_WarpCoord`, `RandomResizedCropGPU` with ratio 1); `maxShift` is ours. Sampling is bilinear; what comes
 * from outside is reflected (`padMode`).
 *
 * @param image `[H,W,C]` uint8
 * @param draws - Random numbers by transform, so that one's draws do not depend on another.
 */
export function moveGeometry(
  image: Uint8Array,
  shape: Shape,
  options: GeometryOptions,
  draws: (transform: string) => Random,
): Uint8Array {
  const matrix = randomMatrix(shape, options, draws);
  return matrix === identity ? image : sample(image, shape, matrix, options.padMode ?? 'reflection');
}

/** From a place in the result to the place in the picture where its color comes from. */
export function randomMatrix(
  [height, width]: Shape,
  options: GeometryOptions,
  draws: (transform: string) => Random,
): Matrix {
  const { maxRotate, minZoom = 1, maxZoom = 1, maxShift, maxWarp, minScale = 1 } = options;
  const share = options.pAffine ?? P_AFFINE;
  const between = (next: Random, low: number, high: number) => low + next() * (high - low);
  let matrix = identity;
  const then = (next: Matrix) => {
    matrix = matrix === identity ? next : product(matrix, next);
  };
  if (maxWarp) {
    const next = draws('warp');
    const x = next() < share ? between(next, -maxWarp, maxWarp) : 0;
    const y = next() < share ? between(next, -maxWarp, maxWarp) : 0;
    if (x !== 0 || y !== 0) then(perspective(x, y));
  }
  if (maxRotate) {
    const next = draws('rotate');
    if (next() < share)
      then(rotation((between(next, -maxRotate, maxRotate) * Math.PI) / 180, height / width));
  }
  if (minZoom < 1 || maxZoom > 1) {
    const next = draws('zoom');
    if (next() < share) then(window(1 / between(next, minZoom, maxZoom), next(), next()));
  }
  if (maxShift) {
    const next = draws('shift');
    // A place is half a side per unit.
    if (next() < share)
      then([
        1,
        0,
        2 * between(next, -maxShift, maxShift),
        0,
        1,
        2 * between(next, -maxShift, maxShift),
        0,
        0,
        1,
      ]);
  }
  if (minScale < 1) {
    const next = draws('crop');
    then(window(Math.sqrt(between(next, minScale, 1)), next(), next()));
  }
  return matrix;
}

/** A part of the picture, `scale` of its side, whose place is drawn from 0 to 1 along each axis. */
function window(scale: number, column: number, row: number): Matrix {
  return [scale, 0, (1 - scale) * (2 * column - 1), 0, scale, (1 - scale) * (2 * row - 1), 0, 0, 1];
}

function rotation(angle: number, heightToWidth: number): Matrix {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos, sin * heightToWidth, 0, -sin / heightToWidth, cos, 0, 0, 0, 1];
}

/** The map that takes the corners moved by `x` and `y` back to the corners: eight equations for eight unknowns. */
function perspective(x: number, y: number): Matrix {
  const corners = [
    [-1, -1, -1 - y, -1 - x],
    [-1, 1, -1 + y, 1 + x],
    [1, -1, 1 + y, -1 + x],
    [1, 1, 1 - y, 1 - x],
  ] as const;
  const rows = corners.flatMap(([toX, toY, fromX, fromY]) => [
    [fromX, fromY, 1, 0, 0, 0, -toX * fromX, -toX * fromY, toX],
    [0, 0, 0, fromX, fromY, 1, -toY * fromX, -toY * fromY, toY],
  ]);
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = solve(rows);
  return [a, b, c, d, e, f, g, h, 1];
}

/** Solves n equations in n unknowns, the right side as the last column: Gauss's elimination with pivots. */
function solve(rows: number[][]): number[] {
  const n = rows.length;
  const at = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column; row < n; row++)
      if (Math.abs(at(row, column)) > Math.abs(at(pivot, column))) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot] ?? [], rows[column] ?? []];
    const scaled = (rows[column] ?? []).map((value) => value / at(column, column));
    rows[column] = scaled;
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = at(row, column);
      rows[row] = (rows[row] ?? []).map((value, i) => value - factor * (scaled[i] ?? 0));
    }
  }
  return rows.map((_, row) => at(row, n));
}

function product(a: Matrix, b: Matrix): Matrix {
  const cell = (row: number, column: number) =>
    [0, 1, 2].reduce((sum, k) => sum + (a[3 * row + k] ?? 0) * (b[3 * k + column] ?? 0), 0);
  const [m = 0, n = 0, o = 0, p = 0, q = 0, r = 0, s = 0, t = 0, u = 0] = Array.from({ length: 9 }, (_, i) =>
    cell(Math.floor(i / 3), i % 3),
  );
  return [m, n, o, p, q, r, s, t, u];
}

function sample(
  image: Uint8Array,
  [height, width, channels]: Shape,
  [a, b, c, d, e, f, g, h, w]: Matrix,
  mode: NonNullable<GeometryOptions['padMode']>,
): Uint8Array {
  const out = new Uint8Array(image.length);
  const fold = mode === 'reflection' ? reflect : clamp;
  let target = 0;
  for (let row = 0; row < height; row++) {
    const y = (2 * row) / Math.max(1, height - 1) - 1;
    for (let column = 0; column < width; column++, target += channels) {
      const x = (2 * column) / Math.max(1, width - 1) - 1;
      const depth = g * x + h * y + w;
      const fromX = (((a * x + b * y + c) / depth + 1) * (width - 1)) / 2;
      const fromY = (((d * x + e * y + f) / depth + 1) * (height - 1)) / 2;
      if (mode === 'zeros' && (fromX < 0 || fromY < 0 || fromX > width - 1 || fromY > height - 1)) continue;
      const [placeX, placeY] = [fold(fromX, width - 1), fold(fromY, height - 1)];
      const left = Math.min(Math.floor(placeX), width - 2);
      const top = Math.min(Math.floor(placeY), height - 2);
      const [right, down] = [placeX - left, placeY - top];
      const source = (top * width + left) * channels;
      const below = source + width * channels;
      for (let channel = 0; channel < channels; channel++) {
        const first = source + channel;
        const second = below + channel;
        const upper = mix(image[first] ?? 0, image[first + channels] ?? 0, right);
        const lower = mix(image[second] ?? 0, image[second + channels] ?? 0, right);
        out[target + channel] = mix(upper, lower, down) + 0.5;
      }
    }
  }
  return out;
}

/** A place mirrored at 0 and `last` until it is between them. */
function reflect(place: number, last: number): number {
  if (place >= 0 && place <= last) return place;
  const period = 2 * last;
  const inside = Math.abs(place) % period;
  return inside > last ? period - inside : inside;
}

function clamp(place: number, last: number): number {
  return Math.min(last, Math.max(0, place));
}

function mix(from: number, to: number, share: number): number {
  return from + share * (to - from);
}
