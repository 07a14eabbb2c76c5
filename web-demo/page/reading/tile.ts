// Shows the pixels that the model sees, one for one; the style sheet enlarges them without smoothing.
import type { Shape } from '../../../models/image/shape.ts';

/** Paints `[H,W,C]` uint8 (C 1 or 3) onto a canvas of just that size, or empties it for null. */
export function paintTile(canvas: HTMLCanvasElement, input: Uint8Array | null, shape: Shape): void {
  const [height, width, channels] = shape;
  paint(canvas, shape, (i, c) => (c === 3 ? 255 : (input?.[i * channels + (channels === 1 ? 0 : c)] ?? 0)));
  canvas.dataset.size = `${width}x${height}`;
}

/** Colors of the map over the tile, and how much of them the strongest pixel has; on black and on white they show. */
const speaksFor = [255, 92, 51];
const speaksAgainst = [64, 156, 255];
const strongest = 215;

/** Paints `[H,W]` of an occlusion map: what spoke for the answer, and what against it. Null empties it. */
export function paintMap(canvas: HTMLCanvasElement, map: Float32Array | null, shape: Shape): void {
  const largest = map === null ? 0 : map.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  paint(canvas, shape, (i, c) => {
    const value = largest === 0 ? 0 : (map?.[i] ?? 0) / largest;
    if (c === 3) return Math.round(strongest * Math.abs(value));
    return (value >= 0 ? speaksFor : speaksAgainst)[c] ?? 0;
  });
}

function paint(
  canvas: HTMLCanvasElement,
  [height, width]: Shape,
  value: (pixel: number, channel: number) => number,
) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < image.data.length; i++) image.data[i] = value(i >> 2, i & 3);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
