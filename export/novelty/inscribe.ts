// Writes upon a ground in color: some drawings side by side, or lines of small writing as pages have.
import type { Random } from '../../train/random.ts';
import { inkOf, type Stroke } from './draw.ts';
import { anyColor, type Canvas, type Color, paint } from './grounds.ts';

/** The least difference of ink and ground, as the sum of three colors: less is a drawing that nobody sees. */
const CONTRAST = 120;

/** Drawings of a page, each of which is there many times. */
const OF_A_PAGE = 12;

/** Draws what is written. */
export type Draw = (next: Random) => readonly Stroke[];

/** Up to `most` drawings side by side, in one ink, with a line of any width. */
export function inscribe(canvas: Canvas, draw: Draw, most: number, next: Random): void {
  const { width, height } = canvas;
  const n = next() < 0.5 ? 1 : 1 + Math.floor(most * next());
  const box = Math.min(height, (1.4 * width) / n) * (0.35 + 0.6 * next());
  const pen = Math.max(1.2, box * (0.05 + 0.17 * next()));
  const side = Math.ceil(box) + 2;
  const ink = inkFor(canvas, next);
  const [right, down] = [(width - (n * box) / 1.2) * (next() - 0.5), (height - box) * (next() - 0.5)];
  for (let i = 0; i < n; i++) {
    const left = Math.round((width - side) / 2 + right + ((i - (n - 1) / 2) * box) / 1.2);
    const top = Math.round((height - side) / 2 + down);
    lay(canvas, { ink: inkOf(draw(next), pen, side, box).data, side, left, top, color: ink });
  }
}

/** Lines of words, of which the canvas is a part: letters from a ninth of its height to a third. */
export function inscribePage(canvas: Canvas, draw: Draw, next: Random): void {
  const { width, height } = canvas;
  const box = height * (0.11 + 0.22 * next());
  const side = Math.ceil(box) + 1;
  const pen = Math.max(0.8, box * (0.08 + 0.12 * next()));
  const letters = Array.from({ length: OF_A_PAGE }, () => inkOf(draw(next), pen, side, box).data);
  const color = inkFor(canvas, next);
  const [across, down] = [box * (0.6 + 0.3 * next()), box * (1.2 + 0.8 * next())];
  for (let top = -box * next(); top < height; top += down)
    for (let left = -box * next(); left < width; left += across) {
      const ink = letters[Math.floor(next() * 1.2 * OF_A_PAGE)];
      if (ink) lay(canvas, { ink, side, left: Math.round(left), top: Math.round(top), color });
    }
}

interface Drawing {
  /** From 0 to 255, `[side,side]`. */
  readonly ink: Uint8Array;
  readonly side: number;
  readonly left: number;
  readonly top: number;
  readonly color: Color;
}

function lay(canvas: Canvas, { ink, side, left, top, color }: Drawing): void {
  paint(canvas, color, (x, y) => {
    const [u, v] = [x - left, y - top];
    return u >= 0 && u < side && v >= 0 && v < side ? (ink[v * side + u] ?? 0) / 255 : 0;
  });
}

/** A color that is seen upon a canvas. */
function inkFor({ data }: Canvas, next: Random): Color {
  const sums = [0, 0, 0];
  for (let i = 0; i < data.length; i++) sums[i % 3] = (sums[i % 3] ?? 0) + (data[i] ?? 0);
  const means = sums.map((sum) => (3 * sum) / data.length);
  for (;;) {
    const color = anyColor(next);
    if (color.reduce((sum, value, c) => sum + Math.abs(value - (means[c] ?? 0)), 0) > CONTRAST) return color;
  }
}
