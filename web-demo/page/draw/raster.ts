// Turns the strokes of one digit into the picture that is classified: white ink on black, one byte a pixel.
import type { Picture } from '../../../models/image/picture.ts';
import type { Rectangle } from '../../component/index.ts';
import type { StrokeGroup } from './groups.ts';
import { inkStroke } from './ink.ts';

/** Pixels a side: two for each of the 28 that the model sees. Four made it slower and not more accurate. */
const side = 56;

/** Pixels of a digit's longer side: two for each of the 20 that MNIST's rule gives it. */
const box = 40;

/**
 * Bounds of the line's width, in these pixels, as in MNIST. Otherwise a digit that is drawn small with a broad pen
 * would become a blot when it is enlarged, and one that is drawn large with a fine pen would have hairlines.
 */
const finest = 4.5;
const broadest = 6;

/** Limits how much a dot is enlarged: a digit counts as at least this large a part of the pad. */
const smallest = 0.12;

/**
 * Makes the function that rasterizes digits. It holds one canvas in main memory, since its pixels are read after
 * each movement of the pen.
 *
 * @throws Error when the browser gives no canvas.
 */
export function createRaster(): (digit: StrokeGroup) => Picture {
  const canvas = document.createElement('canvas');
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true, alpha: false });
  if (!context) throw new Error('this browser has no 2D canvas');
  return ({ strokes }) => {
    const { scale, x, y, thin } = placement(strokes.flat());
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = '#000';
    context.fillRect(0, 0, side, side);
    context.setTransform(scale, 0, 0, scale, side / 2 - x * scale, side / 2 - y * scale);
    context.strokeStyle = '#fff';
    for (const stroke of strokes) {
      inkStroke(
        context,
        stroke.map((point) => ({ ...point, width: point.width * thin })),
        1,
      );
    }
    const rgba = context.getImageData(0, 0, side, side).data;
    const data = new Uint8Array(side * side);
    for (let i = 0; i < data.length; i++) data[i] = rgba[4 * i] ?? 0;
    return { data, width: side, height: side, channels: 1 };
  };
}

/** Where the picture of a digit lies on the pad, in sides of the pad: it may reach beyond it. */
export function frameOf({ strokes }: StrokeGroup): Rectangle {
  const { scale, x, y } = placement(strokes.flat());
  const across = side / scale;
  return { x: x - across / 2, y: y - across / 2, width: across, height: across };
}

/**
 * Where a digit goes: the middle of its pen's way, the pixels of a unit, and the factor of the line's width.
 * The box is that of the ink, so the width must be known before the scale and the other way round: two rounds do.
 */
function placement(points: readonly { readonly x: number; readonly y: number; readonly width: number }[]) {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const way = Math.max(right - left, bottom - top);
  const width = points.reduce((sum, point) => sum + point.width, 0) / Math.max(1, points.length);
  const longest = Math.max(smallest, way + width);
  const pixels = Math.min(broadest, Math.max(finest, (width * box) / longest));
  const scale = (box - pixels) / Math.max(smallest, way);
  return { x: (left + right) / 2, y: (top + bottom) / 2, scale, thin: pixels / (width * scale) };
}
