// Counts the scans of a JPEG: each goes through all of its pixels again. Node only.

/** Start of scan. Reference: ITU-T T.81, table B.1. */
const SOS = Buffer.of(0xff, 0xda);

/** The scans of a JPEG: in coded data, 0xFF is followed by 0 or RST. One in a thumbnail counts, too. */
export function countScans(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let scans = 0;
  for (let at = buffer.indexOf(SOS); at !== -1; at = buffer.indexOf(SOS, at + SOS.length)) scans++;
  return Math.max(1, scans);
}
