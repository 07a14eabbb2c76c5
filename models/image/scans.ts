// Counts the scans of a JPEG: each goes through all of its pixels again. Node only.
import { MOST_PARTS } from './file/parts.ts';

/** Second byte of the marker of a scan. Reference: ITU-T T.81, table B.1. */
const SOS = 0xda;

/** Places that are looked at: twice those that a file of 200 MB of any bytes has. They take 30 ms (measured). */
const MOST_PLACES = 2 ** 21;

/**
 * The scans of a JPEG, up to MOST_PARTS: in coded data, 0xFF is followed by 0 or RST. One in a thumbnail counts, too. A
 * file with so many bytes like that of the marker that it is no picture has the most.
 */
export function countScans(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let [scans, places] = [0, 0];
  for (let at = buffer.indexOf(SOS); at !== -1 && scans < MOST_PARTS; at = buffer.indexOf(SOS, at + 1)) {
    if (buffer[at - 1] === 0xff) scans++;
    if (++places > MOST_PLACES) return MOST_PARTS;
  }
  return Math.max(1, scans);
}
