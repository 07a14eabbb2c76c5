// Drawn pictures, on which a classifier from elsewhere is compared where no folder of pictures is given.
import type { Shape } from '../../models/image/shape.ts';
import { random } from '../../train/random.ts';

/** How many are drawn. */
const DRAWN = 12;

/** Pictures of soft blobs on a slope of color: smoother than noise, as photographs are. */
export function drawnPictures([height, width, channels]: Shape): Uint8Array[] {
  return Array.from({ length: DRAWN }, (_, i) => {
    const next = random(1, 'export/pictures', i);
    const blobs = Array.from({ length: 6 }, () => ({
      y: next() * height,
      x: next() * width,
      radius: (0.05 + 0.3 * next()) * Math.max(height, width),
      color: Array.from({ length: channels }, () => 510 * next() - 255),
    }));
    const ground = Array.from({ length: channels }, () => [255 * next(), 200 * next() - 100] as const);
    const pixels = new Uint8ClampedArray(height * width * channels);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const weights = blobs.map((blob) =>
          Math.exp(-((y - blob.y) ** 2 + (x - blob.x) ** 2) / blob.radius ** 2),
        );
        ground.forEach(([level, slope], c) => {
          const blobbed = blobs.reduce((sum, { color }, k) => sum + (weights[k] ?? 0) * (color[c] ?? 0), 0);
          pixels[(y * width + x) * channels + c] = level + (slope * (x + y)) / (width + height) + blobbed;
        });
      }
    return new Uint8Array(pixels.buffer);
  });
}
