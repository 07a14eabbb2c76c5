// Decodes pictures of requests with sharp: only five of its decoders are allowed, and nothing too large.
import { decodeBySharp, loadSharp, NoSharp } from '../../models/image/decode/sharp.ts';
import { Damaged } from '../../models/image/file/damaged.ts';
import type { Stored } from '../../models/image/file/picture-header.ts';
import type { Picture } from '../../models/image/picture.ts';
import { Refusal } from '../refusal.ts';
import { undecodable } from './header.ts';

/**
 * Sets sharp up for untrusted pictures, once in a process. libvips brings decoders for SVG, PDF, HEIF and more, which it
 * would select by content; all but five are blocked, whatever the bytes claim to be. Its cache is off since no
 * picture comes twice, and each picture is decoded by one thread, so that there are not more threads than pictures.
 *
 * @throws NoSharp
 */
export async function secureDecoders(): Promise<void> {
  const sharp = await loadSharp();
  sharp.cache(false);
  sharp.concurrency(1);
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({
    operation: [
      'VipsForeignLoadJpegBuffer',
      'VipsForeignLoadPngBuffer',
      'VipsForeignLoadWebpBuffer',
      'VipsForeignLoadNsgifBuffer',
      'VipsForeignLoadTiffBuffer',
    ],
  });
}

/**
 * Decodes a picture, upright.
 *
 * @param header - what `checkHeader` returned.
 * @param seconds - after which it is given up.
 * @throws Refusal 422 when it is damaged, 415 when sharp is not installed.
 */
export async function decodeFile(bytes: Uint8Array, header: Stored, seconds?: number): Promise<Picture> {
  try {
    return await decodeBySharp(bytes, header, seconds);
  } catch (error) {
    if (error instanceof NoSharp) throw unreadHere(header);
    if (error instanceof Damaged) throw undecodable(header.format, error.message);
    throw error;
  }
}

/** The refusal where sharp is not installed: the sender can do little, the operator much. */
export function unreadHere({ format }: Stored): Refusal {
  return new Refusal(
    415,
    `received a ${format} of a kind that this server cannot read: the package sharp is not installed there (npm install sharp); plain PNG and BMP work`,
  );
}
