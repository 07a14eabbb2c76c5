// A heat map over a picture: bright where the map is high, dark elsewhere.
import type { Shape } from '../../models/image/shape.ts';

/** `[h,w]` to `[H,W]` bilinearly, from 0 to 1 of its largest value; all zero where it has none above zero. */
export function resizeMap(
  map: Float32Array,
  [height, width]: readonly [number, number],
  [toHeight, toWidth]: readonly [number, number],
): Float32Array {
  const largest = map.reduce((most, value) => Math.max(most, value), 0) || 1;
  const result = new Float32Array(toHeight * toWidth);
  const at = (y: number, x: number) =>
    map[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))] ?? 0;
  for (let y = 0; y < toHeight; y++) {
    // Centers of pixels, as images are resized.
    const v = ((y + 0.5) * height) / toHeight - 0.5;
    const [top, down] = [Math.floor(v), v - Math.floor(v)];
    for (let x = 0; x < toWidth; x++) {
      const u = ((x + 0.5) * width) / toWidth - 0.5;
      const [left, right] = [Math.floor(u), u - Math.floor(u)];
      const upper = at(top, left) * (1 - right) + at(top, left + 1) * right;
      const lower = at(top + 1, left) * (1 - right) + at(top + 1, left + 1) * right;
      result[y * toWidth + x] = (upper * (1 - down) + lower * down) / largest;
    }
  }
  return result;
}

/** How dark a picture is where nothing is looked at. */
const DARK = 0.25;

/** The picture `[H,W,C]` as bright as `map` is high, as `[H,W,3]`, with a warm glow where it is highest. */
export function withHeatMap(picture: Uint8Array, [, , channels]: Shape, map: Float32Array): Uint8Array {
  const out = new Uint8Array(map.length * 3);
  for (let i = 0; i < map.length; i++) {
    const heat = map[i] ?? 0;
    for (let c = 0; c < 3; c++) {
      const byte = picture[i * channels + (channels === 3 ? c : 0)] ?? 0;
      const glow = [70, 20, -30][c] ?? 0;
      out[i * 3 + c] = Math.max(0, Math.min(255, byte * (DARK + (1 - DARK) * heat) + glow * heat));
    }
  }
  return out;
}
