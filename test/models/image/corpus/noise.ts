// Pixels of a picture with something else everywhere, smooth enough for a lossy format; always the same.

/** @returns `[height, width, channels]` */
export function noisePixels(width: number, height: number, channels: number): Uint8Array {
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const [x, y, c] = [Math.floor(i / channels) % width, Math.floor(i / channels / width), i % channels];
    return (x * 6 + y * 5 * c + ((x * y) % 7) * 9) & 255;
  });
}
