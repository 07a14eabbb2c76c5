// A picture file without the pictures behind its first one: libvips walks through all of them to decode the first, which
// for a file of very many takes minutes (40 MB of WebP: 26), in a thread that nothing ends.
import { imagesOf } from './gif-header.ts';
import type { Stored } from './picture-header.ts';
import { readDirectory } from './tiff-directory.ts';
import { chunksOf } from './webp-header.ts';

/**
 * Frames of a GIF that are left in it. Whether libnsgif makes what is around the first one transparent depends on those
 * behind it, for which it takes 0.3 µs each (measured).
 */
const GIF_FRAMES = 4096;

const GIF_TRAILER = 0x3b;

/**
 * The file, of which the same first picture is decoded, with no more or few other ones. A file that is damaged behind it
 * stays as it is where libvips refuses it for that, before it walks through it.
 *
 * @param header - of a file that could be read.
 * @returns the bytes themselves where there is nothing to hide.
 * @throws Damaged when it has very many parts.
 */
export function firstPicture(
  bytes: Uint8Array,
  { format, animated = false }: Pick<Stored, 'format' | 'animated'>,
): Uint8Array {
  if (!animated) return bytes;
  if (format === 'TIFF') return firstPage(bytes);
  if (format === 'WebP') return firstFrame(bytes);
  return format === 'GIF' ? firstFrames(bytes) : bytes;
}

/** The first directory is the last one. */
function firstPage(bytes: Uint8Array): Uint8Array {
  const next = readDirectory(bytes)?.next;
  if (next === undefined || next.place >= bytes.length) return bytes; // which libtiff refuses
  const out = new Uint8Array(bytes);
  return out.fill(0, next.at, next.at + next.size);
}

/** An animation of one frame; its profile is before that, and its orientation was read. */
function firstFrame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = 8 + view.getUint32(4, true);
  let first: number | undefined;
  let last = 0;
  for (const { name, end } of chunksOf(bytes.subarray(0, whole))) {
    if (name === 'ANMF') first ??= end;
    last = end;
  }
  if (first === undefined || last !== whole) return bytes; // which libwebp refuses
  const out = new Uint8Array(bytes.subarray(0, first));
  new DataView(out.buffer).setUint32(4, first - 8, true);
  return out;
}

function firstFrames(bytes: Uint8Array): Uint8Array {
  let frames = 0;
  for (const { end } of imagesOf(bytes)) {
    if (++frames < GIF_FRAMES) continue;
    const out = new Uint8Array(end + 1);
    out.set(bytes.subarray(0, end));
    out[end] = GIF_TRAILER;
    return out;
  }
  return bytes;
}
