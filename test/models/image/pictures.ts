// Random pictures for the parity tests with Pillow, and the way to hand a whole batch to one Python process.
import { createHash } from 'node:crypto';
import type { Picture } from '../../../models/image/picture.ts';

/** What a random picture holds: noise of all values, or of black and white alone, where cubics overshoot most. */
export type Texture = 'noise' | 'extremes';

/** A picture of noise: a pure function of its arguments. */
export function noisePicture(
  seed: number,
  width: number,
  height: number,
  channels: Picture['channels'],
  texture: Texture = 'noise',
): Picture {
  const data = new Uint8Array(width * height * channels);
  let state = seed | 0;
  for (let i = 0; i < data.length; i++) {
    // xorshift's neighbor: a Weyl sequence, mixed.
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const byte = (t ^ (t >>> 14)) & 0xff;
    data[i] = texture === 'noise' ? byte : byte < 128 ? 0 : 255;
  }
  return { data, width, height, channels };
}

/** SHA-256 of a picture's bytes, in hex. */
export function digest(picture: Picture): string {
  return createHash('sha256').update(picture.data).digest('hex');
}

/** The bytes of many pictures in a row, for a Python process that cuts them apart by `openPictures`. */
export function joined(pictures: readonly Picture[]): Buffer {
  return Buffer.concat(pictures.map((picture) => new Uint8Array(picture.data)));
}

/** Sizes of pictures as JSON, for Python's `sys.argv`: the other half of `joined`. */
export function sizes(pictures: readonly Picture[]): string {
  return JSON.stringify(pictures.map(({ width, height, channels }) => [width, height, channels]));
}

/** Python source that reads `joined` and `sizes` into `pictures`, a list of Pillow images, and defines `digest`. */
export const openPictures = `
import hashlib, json, sys
from PIL import Image, ImageOps
modes = {1: 'L', 3: 'RGB', 4: 'RGBA'}
pictures = []
for width, height, channels in json.loads(sys.argv[1]):
    data = sys.stdin.buffer.read(width * height * channels)
    pictures.append(Image.frombytes(modes[channels], (width, height), data))
def digest(picture):
    return hashlib.sha256(picture.tobytes()).hexdigest()
`;
