// Decodes any picture with sharp, whose library is loaded with the first picture. Node only: on the page the browser
// decodes.
import { messageOf, UserError } from '../../errors.ts';
import { Damaged } from '../file/damaged.ts';
import { firstPicture } from '../file/first-picture.ts';
import type { Stored } from '../file/picture-header.ts';
import type { Orientation, Picture } from '../picture.ts';

/** sharp is not installed, or not for this system. */
export class NoSharp extends UserError {
  override name = 'NoSharp';
}

/** How sharp turns a picture upright: first mirrored from left to right, then turned clockwise. */
const turns: Readonly<Record<Orientation, { readonly mirror: boolean; readonly degrees: number }>> = {
  1: { mirror: false, degrees: 0 },
  2: { mirror: true, degrees: 0 },
  3: { mirror: false, degrees: 180 },
  4: { mirror: true, degrees: 180 },
  5: { mirror: true, degrees: 270 },
  6: { mirror: false, degrees: 90 },
  7: { mirror: true, degrees: 90 },
  8: { mirror: false, degrees: 270 },
};

/**
 * Decodes to 8-bit sRGB, upright, first frame. Embedded color profiles, CMYK and 16 bits become 8-bit sRGB. The header is
 * the one that we read, so that a picture is turned the same way whoever decodes it. JPEGs with damage inside the data
 * are decoded as browsers do, garbage where the damage is; one that ends early is refused (`failOn: 'error'`).
 *
 * @param seconds - after which decoding is given up; 0 is never.
 * @returns 3 or 4 channels, on a buffer that can be moved to a worker.
 * @throws Damaged with the reason; NoSharp.
 */
export async function decodeBySharp(bytes: Uint8Array, header: Stored, seconds = 0): Promise<Picture> {
  const sharp = await loadSharp();
  const { mirror, degrees } = turns[header.orientation];
  const shown = firstPicture(bytes, header);
  try {
    const whole = sharp(shown, {
      limitInputPixels: header.width * header.height,
      failOn: 'error',
    });
    const opened =
      header.shrink === undefined
        ? whole
        : whole.resize(Math.ceil(header.width / 2), Math.ceil(header.height / 2), { fit: 'fill' });
    const { data, info } = await opened
      .flop(mirror)
      .rotate(degrees)
      .toColorspace('srgb')
      .raw({ depth: 'uchar' })
      .timeout({ seconds })
      .toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (channels !== 3 && channels !== 4)
      throw new Damaged(`it has ${channels} channels, expected 3, or 4 with transparency: save those alone`);
    // Copied: sharp's own toUint8Array() gives such a buffer too, but leaks (0.35.5).
    const picture: Picture = { data: new Uint8Array(data), width, height, channels };
    return header.format === 'GIF' ? onCanvas(picture, header) : picture;
  } catch (error) {
    throw error instanceof Damaged ? error : new Damaged(reasonOf(error), { cause: error });
  }
}

/**
 * Why sharp could not decode a file, as far as this surely belongs to it: what comes from libvips does not, which collects
 * the errors of all files that are decoded at the same time in one text.
 */
function reasonOf(error: unknown): string {
  const text = messageOf(error);
  if (text.startsWith('Input buffer ')) return 'its header is damaged';
  if (text.startsWith('Input image exceeds pixel limit')) return 'its header can be read as two sizes';
  if (text.startsWith('Input image exceeds channel limit'))
    return 'it has more channels than colors and transparency: save those alone';
  return 'it is damaged, or ends early';
}

/**
 * Puts back the canvas around a GIF's first picture. libnsgif takes a canvas of 640x480, of a few other sizes and above
 * 2048 for that of the screen where the file was made, and cuts it to the picture; Pillow and browsers do not.
 */
function onCanvas(picture: Picture, { width, height }: Stored): Picture {
  if (picture.width === width && picture.height === height) return picture;
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const from = (y * picture.width + x) * picture.channels;
      const to = (y * width + x) * 4;
      data.set(picture.data.subarray(from, from + picture.channels), to);
      if (picture.channels === 3) data[to + 3] = 255;
    }
  }
  return { data, width, height, channels: 4 };
}

/** @throws NoSharp */
export async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new NoSharp(
      `The package sharp, which this needs, is not there: npm install sharp (${firstLine(error)})`,
      {
        cause: error,
      },
    );
  }
}

/** What went wrong, in one line: libvips has many. */
export function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0] ?? '';
}
