// Pictures on which a classifier from elsewhere is compared: those of a folder, or drawn ones.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { prepare } from '../../models/image/prepare.ts';
import { decode } from '../../train/datasets/folder/decode.ts';
import { random } from '../../train/random.ts';
import { reason } from './model-json.ts';

type Input = Pick<Card['input'], 'shape' | 'prepare'>;

/** So many of a folder are taken at most. */
const MOST = 256;
/** So many are drawn where no folder is given. */
const DRAWN = 12;

/**
 * The JPEG, PNG, WebP and GIF files of a folder, by name, prepared as the server does.
 * @throws UserError when there are none, or one cannot be decoded.
 */
export async function picturesIn(folder: string, input: Input): Promise<Uint8Array[]> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`--pictures takes a folder; ${folder} is none.`);
  const names = readdirSync(folder)
    .filter((name) => /\.(jpe?g|png|webp|gif)$/i.test(name))
    .sort()
    .slice(0, MOST);
  if (names.length === 0) throw new UserError(`${folder} holds no JPEG, PNG, WebP or GIF files.`);
  const pictures: Uint8Array[] = [];
  for (const name of names) {
    const path = join(folder, name);
    try {
      const { picture } = await decode(path, readFileSync(path));
      pictures.push(prepare(picture, input.shape, input.prepare));
    } catch (error) {
      throw new UserError(`${path} cannot be used: ${reason(error)}.`, { cause: error });
    }
  }
  return pictures;
}

/** Pictures of soft blobs on a slope of color: smoother than noise, as photographs are. */
export function drawnPictures([height, width, channels]: Input['shape']): Uint8Array[] {
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
