// Pictures for reports: sheets of equal tiles as one picture, and what shows a single tile of a sheet.
import { loadSharp, NoSharp } from '../../models/image/decode/sharp.ts';
import { encodePng } from '../../models/image/encode-png.ts';
import type { Picture } from '../../models/image/picture.ts';
import type { Shape } from '../../models/image/shape.ts';

/** Equal tiles in one picture, as a data URI. */
export interface Sheet {
  readonly uri: string;
  readonly count: number;
  readonly columns: number;
  /** Of one tile, pixels. */
  readonly width: number;
  readonly height: number;
}

/** Whether tiles are shown smaller than they are; the pixels of the others can be seen, and must be right. */
export function isPhoto({ width, height }: Pick<Sheet, 'width' | 'height'>): boolean {
  return Math.max(width, height) > 64;
}

/**
 * Lays tiles out in rows of `columns`, without gaps: a PNG, or a WebP where tiles are photographs of some size.
 * @param tiles - uint8 `[H,W,C]` each, C 1 or 3.
 */
export async function sheetOf(
  tiles: readonly Uint8Array[],
  shape: Shape,
  columns = Math.min(16, tiles.length),
): Promise<Sheet> {
  const [height, width, channels] = shape;
  const rows = Math.ceil(tiles.length / columns);
  const pixels = Buffer.alloc(rows * height * columns * width * channels);
  for (const [i, tile] of tiles.entries()) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    for (let y = 0; y < height; y++) {
      const line = tile.subarray(y * width * channels, (y + 1) * width * channels);
      pixels.set(line, ((row * height + y) * columns + column) * width * channels);
    }
  }
  const sheet = {
    data: pixels,
    width: columns * width,
    height: rows * height,
    channels: channels === 1 ? 1 : 3,
  } as const;
  return { uri: await uriOf(sheet, isPhoto({ width, height })), count: tiles.length, columns, width, height };
}

/** A picture as a data URI; where sharp is not installed, a photograph is a PNG, too. */
async function uriOf(picture: Picture, photo: boolean): Promise<string> {
  const sharp = await loadSharp().catch((error: unknown) => {
    if (error instanceof NoSharp) return undefined;
    throw error;
  });
  if (sharp === undefined)
    return `data:image/png;base64,${Buffer.from(await encodePng(picture)).toString('base64')}`;
  const { data: pixels, ...raw } = picture;
  const sheet = sharp(pixels, { raw });
  const { data, info } = await (photo
    ? sheet.webp({ quality: 90 })
    : sheet.png({ compressionLevel: 9 })
  ).toBuffer({
    resolveWithObject: true,
  });
  return `data:image/${info.format};base64,${data.toString('base64')}`;
}

/**
 * Real numbers as a tile: mid-gray is zero, and the largest magnitude is black or white.
 * @param values - `[H,W,C]`.
 */
export function signedTile(values: Float32Array): Uint8Array {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  return Uint8Array.from(values, (value) => Math.round(127.5 + (127.5 * value) / largest));
}
