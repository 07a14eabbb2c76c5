// Moves an image's pixels: rotation, zoom, stretch, shear, shift and elastic distortion, with one interpolation for all.
import { z } from 'zod';
import type { Shape } from '../../models/image/shape.ts';
import type { Random } from '../random.ts';
import { elasticField } from './elastic.ts';
import { pad } from './pad.ts';
import { amount, defineTransform, LEAVES_FRAME, number, numberOption, type Values } from './transform.ts';

/** For strokes on an empty ground, which comes in at the edges. */
const fields = {
  /** Degrees, to either side. */
  rotate: amount('degrees', 180),
  /** 0.1 scales by a factor from 1/1.1 to 1.1. */
  zoom: amount('a fraction', 1),
  /** 0.1 scales width against height by a factor from 1/1.1 to 1.1, the area kept. */
  stretch: amount('a fraction', 1),
  /** Degrees by which the verticals lean to either side, as slanted handwriting does. */
  shear: amount('degrees', 60),
  /** Pixels, of which parts count, in either direction along either axis. */
  shift: amount('pixels', 1024),
  /** Elastic distortion with the parameters of Simard et al. 2003: see elastic.ts. */
  elastic: z
    .strictObject({ alpha: number('pixels', 0, 1024), sigma: number('pixels', 1, 1024) })
    .exactOptional(),
};

export type WarpOptions = Values<typeof fields>;

/** The sigma of elastic distortions, pixels, where only their alpha is given: Simard's range is 4 to 8. */
export const SIGMA = 5;

export const strokes = defineTransform({
  name: 'warp',
  fields,
  options: {
    rotate: numberOption('rotate', 'Strokes: rotate by up to so many degrees (digits: 12)'),
    zoom: numberOption('zoom', 'Strokes: zoom by up to this share (digits: 0.12)'),
    stretch: numberOption('stretch', 'Strokes: stretch by up to this share (digits: 0.1)'),
    shear: numberOption('shear', 'Strokes: slant by up to so many degrees (digits: 10)'),
    shift: numberOption('shift', 'Strokes: shift by up to so many pixels (digits: 2)'),
    elastic: {
      field: 'elastic',
      description: "Strokes: elastic distortion, Simard's alpha (digits: 36)",
      valueHint: 'number',
      parse: (text) => ({ alpha: text.trim() === '' ? text : Number(text), sigma: SIGMA }),
    },
  },
  effects: [
    { name: 'rotation of strokes', fields: ['rotate'], risk: 'wrong where the angle decides the class' },
    { name: 'zoom of strokes', fields: ['zoom'], risk: LEAVES_FRAME },
    { name: 'stretch', fields: ['stretch'], risk: 'wrong where proportions decide the class' },
    { name: 'slant', fields: ['shear'], risk: 'wrong where the angle decides the class' },
    { name: 'shift of strokes', fields: ['shift'], risk: LEAVES_FRAME },
    { name: 'elastic', fields: ['elastic'], risk: 'strokes may touch or part' },
  ],
  isOn: ({ rotate, zoom, stretch, shear, shift, elastic }) =>
    Boolean(rotate || zoom || stretch || shear || shift || elastic?.alpha),
  apply: (image, { shape, options, draws }) => warp(image, shape, options, draws('warp')),
});

/**
 * Where each pixel of the warped image comes from, known at the nodes of a mesh and bilinear between them.
 * That is exact for an affine map, and makes smooth distortions cheap.
 */
interface Mesh {
  /** Pixels between nodes. The first node is at the pixel (0, 0), the last beyond the last pixel. */
  readonly spacing: number;
  readonly rows: number;
  readonly columns: number;
  /** `[rows,columns]`, in pixels of the source. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * The image under a random affine map about its center, then a random elastic distortion.
 * Sampling is bilinear; what comes from outside the image is 0.
 *
 * @param image `[H,W,C]` uint8
 */
export function warp(image: Uint8Array, shape: Shape, options: WarpOptions, next: Random): Uint8Array {
  return sample(image, shape, randomMesh(shape, options, next));
}

function randomMesh([height, width]: Shape, options: WarpOptions, next: Random): Mesh {
  const [a, b, c, d] = randomMatrix(options, next);
  const shiftX = symmetric(next) * (options.shift ?? 0);
  const shiftY = symmetric(next) * (options.shift ?? 0);

  const spacing = options.elastic?.sigma ?? Math.max(height, width);
  const rows = Math.ceil(height / spacing) + 1;
  const columns = Math.ceil(width / spacing) + 1;
  const x = options.elastic
    ? elasticField(rows, columns, options.elastic, next)
    : new Float64Array(rows * columns);
  const y = options.elastic
    ? elasticField(rows, columns, options.elastic, next)
    : new Float64Array(rows * columns);

  const centerX = (width - 1) / 2;
  const centerY = (height - 1) / 2;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const node = row * columns + column;
      const fromX = column * spacing - centerX;
      const fromY = row * spacing - centerY;
      x[node] = (x[node] ?? 0) + centerX + shiftX + a * fromX + b * fromY;
      y[node] = (y[node] ?? 0) + centerY + shiftY + c * fromX + d * fromY;
    }
  }
  return { spacing, rows, columns, x, y };
}

/** Rotation times shear times scaling, as rows [[a, b], [c, d]]. */
function randomMatrix(options: WarpOptions, next: Random): [a: number, b: number, c: number, d: number] {
  const angle = symmetric(next) * radians(options.rotate ?? 0);
  const zoom = (1 + (options.zoom ?? 0)) ** symmetric(next);
  const stretch = (1 + (options.stretch ?? 0)) ** (symmetric(next) / 2);
  const slant = Math.tan(symmetric(next) * radians(options.shear ?? 0));
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const scaleX = zoom * stretch;
  const scaleY = zoom / stretch;
  return [cos * scaleX, (cos * slant - sin) * scaleY, sin * scaleX, (sin * slant + cos) * scaleY];
}

function sample(image: Uint8Array, shape: Shape, mesh: Mesh): Uint8Array {
  const [height, width, channels] = shape;
  const { spacing, rows, columns } = mesh;
  const padded = pad(image, shape);
  const paddedRow = (width + 2) * channels;
  const out = new Uint8Array(image.length);
  const rowX = new Float64Array(columns);
  const rowY = new Float64Array(columns);

  let target = 0;
  for (let y = 0; y < height; y++) {
    const meshRow = Math.min(Math.floor(y / spacing), rows - 2);
    interpolateRow(mesh.x, meshRow * columns, columns, y / spacing - meshRow, rowX);
    interpolateRow(mesh.y, meshRow * columns, columns, y / spacing - meshRow, rowY);

    let x = 0;
    for (let cell = 0; cell < columns - 1; cell++) {
      const startX = rowX[cell] ?? 0;
      const startY = rowY[cell] ?? 0;
      const slopeX = ((rowX[cell + 1] ?? 0) - startX) / spacing;
      const slopeY = ((rowY[cell + 1] ?? 0) - startY) / spacing;
      const end = Math.min((cell + 1) * spacing, width);
      for (; x < end; x++, target += channels) {
        const fromX = startX + slopeX * (x - cell * spacing) + 1; // in the padded image's pixels
        const fromY = startY + slopeY * (x - cell * spacing) + 1;
        if (fromX < 0 || fromY < 0 || fromX >= width + 1 || fromY >= height + 1) continue;
        const left = fromX | 0;
        const top = fromY | 0;
        const right = fromX - left;
        const down = fromY - top;
        const source = top * paddedRow + left * channels;
        for (let channel = 0; channel < channels; channel++) {
          const above = source + channel;
          const below = above + paddedRow;
          const upper = mix(padded[above] ?? 0, padded[above + channels] ?? 0, right);
          const lower = mix(padded[below] ?? 0, padded[below + channels] ?? 0, right);
          out[target + channel] = (mix(upper, lower, down) + 0.5) | 0;
        }
      }
    }
  }
  return out;
}

function interpolateRow(
  nodes: Float64Array,
  first: number,
  columns: number,
  down: number,
  row: Float64Array,
) {
  for (let column = 0; column < columns; column++) {
    const node = first + column;
    row[column] = mix(nodes[node] ?? 0, nodes[node + columns] ?? 0, down);
  }
}

function mix(from: number, to: number, share: number): number {
  return from + share * (to - from);
}

function symmetric(next: Random): number {
  return 2 * next() - 1;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
