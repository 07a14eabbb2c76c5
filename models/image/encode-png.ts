// Writes a picture as a PNG, byte for byte: a canvas may add noise against fingerprinting, or a color space.
// Reference: PNG (Third Edition), W3C, sections 5 (datastream structure) and 11 (chunks).
import { crc32 } from './file/crc32.ts';
import type { Picture } from './picture.ts';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * Encodes a picture as an 8-bit PNG, gray or RGB.
 *
 * @param picture - `[height, width, 1 or 3]` uint8.
 * @throws RangeError when the picture has another number of channels.
 */
export async function encodePng(picture: Picture): Promise<Uint8Array<ArrayBuffer>> {
  const { data, width, height, channels } = picture;
  if (channels === 4) throw new RangeError('encodePng: received 4 channels, expected 1 or 3');
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header[8] = 8; // Bits of a sample.
  header[9] = channels === 1 ? 0 : 2; // Color type: grayscale or truecolor. The rest is 0, the only method there is.
  const row = width * channels;
  const rows = new Uint8Array(height * (row + 1)); // Each row begins with its filter, 0: none.
  for (let y = 0; y < height; y++) rows.set(data.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  const chunks = [chunk('IHDR', header), chunk('IDAT', await deflate(rows)), chunk('IEND', new Uint8Array())];
  return new Uint8Array(await new Blob([signature, ...chunks]).arrayBuffer());
}

function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
