// Lays a picture with transparency on white paper.
import { checkPicture, type Picture } from './picture.ts';

/**
 * Flattens RGBA over white to RGB, with the rounding of Pillow's `Image.alpha_composite` on an opaque white picture.
 * Pictures without alpha are returned as they are.
 *
 * Reference: Pillow, src/libImaging/AlphaComposite.c. Over an opaque background its 7 bits of extra precision
 * come to `v = 128 (s a + 255 (255 - a) + 128)`, divided by 255 as `(v / 256 + v) / 256`, then by 128.
 */
export function flattenAlpha(picture: Picture): Picture {
  checkPicture(picture);
  const { data, width, height, channels } = picture;
  if (channels !== 4) return picture;
  const out = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const alpha = data[from + 3] ?? 0;
    const white = 255 * (255 - alpha) + 128;
    for (let c = 0; c < 3; c++) {
      const v = ((data[from + c] ?? 0) * alpha + white) << 7;
      out[to++] = ((v >> 8) + v) >> 15;
    }
  }
  return { data: out, width, height, channels: 3 };
}
