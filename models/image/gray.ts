// Turns color into gray.
import { flattenAlpha } from './alpha.ts';
import { checkPicture, type Picture } from './picture.ts';

/** ITU-R BT.601-2 luma weights 0.299, 0.587, 0.114 as 16-bit fractions: `L24` in Pillow's Convert.c. */
const RED = 19595;
const GREEN = 38470;
const BLUE = 7471;

/**
 * Converts RGB to one channel of luma, as Pillow's `convert('L')` does to the byte. A picture with alpha is laid on
 * white first; a gray one is returned as it is.
 *
 * Reference: Pillow, src/libImaging/Convert.c.
 */
export function gray(picture: Picture): Picture {
  checkPicture(picture);
  if (picture.channels === 1) return picture;
  const { data, width, height } = flattenAlpha(picture);
  const out = new Uint8Array(width * height);
  for (let from = 0, to = 0; to < out.length; from += 3, to++) {
    const luma = (data[from] ?? 0) * RED + (data[from + 1] ?? 0) * GREEN + (data[from + 2] ?? 0) * BLUE;
    out[to] = (luma + 0x8000) >> 16;
  }
  return { data: out, width, height, channels: 1 };
}
