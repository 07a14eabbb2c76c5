// Paints the maps of a layer: gray, side by side, each scaled to the same square; those that spoke most have a frame.
import type { Layer } from '../../component/index.ts';

/** Maps in a row of the picture. */
export const COLUMNS = 16;

/** Pixels of a map's square, and of the gap around it, in which its frame is. */
const SIDE = 44;
const GAP = 3;
const CELL = SIDE + 2 * GAP;

/** What a map's numbers are shown as: the least of the layer black, the largest white. */
export interface GrayScale {
  readonly least: number;
  readonly largest: number;
}

export function grayScale({ maps }: Layer): GrayScale {
  let [least, largest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of maps) {
    if (value < least) least = value;
    if (value > largest) largest = value;
  }
  return { least, largest };
}

/**
 * Maps in their own pixels, below each other: `[maps,H,W]` RGBA.
 *
 * @param channels - which of `[H,W,C]`.
 */
export function grayPixels(
  { maps, shape: [height, width, count] }: Layer,
  channels: readonly number[],
  { least, largest }: GrayScale,
): Uint8ClampedArray<ArrayBuffer> {
  const size = height * width;
  const pixels = new Uint8ClampedArray(4 * size * channels.length);
  const scale = largest > least ? 255 / (largest - least) : 0;
  let at = 0;
  for (const channel of channels) {
    for (let i = channel; i < size * count; i += count) {
      const gray = ((maps[i] ?? 0) - least) * scale;
      pixels[at++] = gray;
      pixels[at++] = gray;
      pixels[at++] = gray;
      pixels[at++] = 255;
    }
  }
  return pixels;
}

/** Paints one map, alone on a canvas of just its size. */
export function paintOne(canvas: HTMLCanvasElement, layer: Layer, channel: number): void {
  const [height, width] = layer.shape;
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(grayPixels(layer, [channel], grayScale(layer)), width, height);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

/**
 * Paints maps side by side.
 *
 * @param shown - their channels.
 * @param marked - the channels that have a frame, in this color.
 */
export function paintMaps(
  canvas: HTMLCanvasElement,
  layer: Layer,
  shown: readonly number[],
  marked: ReadonlySet<number>,
  color: string,
): void {
  const [height, width] = layer.shape;
  const [across, down] = [COLUMNS * CELL, Math.ceil(shown.length / COLUMNS) * CELL];
  const context = canvas.getContext('2d');
  // All at once: a call for each map would keep the pen waiting.
  const all = new OffscreenCanvas(width, height * shown.length);
  const pen = all.getContext('2d');
  if (!context || !pen) return;
  pen.putImageData(
    new ImageData(grayPixels(layer, shown, grayScale(layer)), width, height * shown.length),
    0,
    0,
  );
  if (canvas.width === across && canvas.height === down) context.clearRect(0, 0, across, down);
  else [canvas.width, canvas.height] = [across, down];
  context.imageSmoothingEnabled = false;
  context.fillStyle = color;
  // As large as fits into the square, in the shape of the map.
  const factor = SIDE / Math.max(width, height);
  const [wide, high] = [width * factor, height * factor];
  for (const [i, channel] of shown.entries()) {
    const [x, y] = [(i % COLUMNS) * CELL, Math.floor(i / COLUMNS) * CELL];
    if (marked.has(channel)) context.fillRect(x, y, CELL, CELL);
    const [left, top] = [x + (CELL - wide) / 2, y + (CELL - high) / 2];
    context.drawImage(all, 0, i * height, width, height, left, top, wide, high);
  }
}

/** Which of the shown maps is at a place of the picture, as parts of its sides from 0 to 1; undefined beside them. */
export function mapAt(x: number, y: number, shown: number): number | undefined {
  const rows = Math.ceil(shown / COLUMNS);
  const [column, row] = [Math.floor(x * COLUMNS), Math.floor(y * rows)];
  if (column < 0 || column >= COLUMNS || row < 0) return undefined;
  const index = row * COLUMNS + column;
  return index < shown ? index : undefined;
}
