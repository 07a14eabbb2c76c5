// Reads the header of a TIFF: its first directory. Reference: TIFF 6.0, section 8.
import { Damaged } from './damaged.ts';
import { isOrientation } from './exif.ts';
import { MOST_PARTS } from './parts.ts';
import type { PictureHeader } from './picture-header.ts';
import { readDirectory } from './tiff-directory.ts';

// Tags.
const WIDTH = 256;
const HEIGHT = 257;
const BITS = 258;
const PHOTOMETRIC = 262;
const ORIENTATION = 274;
const SAMPLES = 277;
const STRIP_ROWS = 278;
const PLANES = 284;
const TILE_WIDTH = 322;
const TILE_HEIGHT = 323;
const EXTRA_SAMPLES = 338;

/** Values of PhotometricInterpretation. */
const RGB = 2;
const PALETTE = 3;
const SEPARATED = 5;

/** Value of PlanarConfiguration: each sample in strips of its own. */
const SEPARATE = 2;

/** @throws Damaged when the first directory cannot be read, has no size, or would be very much to read. */
export function readTiffHeader(bytes: Uint8Array): PictureHeader {
  const directory = readDirectory(bytes);
  if (directory === undefined) throw new Damaged('its header ends early');
  const { tags, next, valueBytes } = directory;
  const [width, height] = [tags.get(WIDTH) ?? 0, tags.get(HEIGHT) ?? 0];
  if (width === 0 || height === 0) throw new Damaged(`its header says ${width}x${height} pixels`);
  // Else a few thousand tags with the whole file as their value, which libtiff reads each time, take minutes.
  if (valueBytes > 2 * bytes.length)
    throw new Damaged(`its tags have ${valueBytes} bytes, and the file has ${bytes.length}`);
  // libtiff takes 2 to 13 µs for each, however small (measured); 65 megapixels in tiles of 32x32 are 63,500.
  const strips = stripsOf(tags, width, height);
  if (strips > MOST_PARTS) {
    const [received, most] = [strips, MOST_PARTS].map((n) => n.toLocaleString('en'));
    throw new Damaged(`it has ${received} strips or tiles, expected at most ${most}: save it anew`);
  }
  const [kind, samples, orientation] = [tags.get(PHOTOMETRIC), tags.get(SAMPLES) ?? 1, tags.get(ORIENTATION)];
  const colors = kind === SEPARATED ? 4 : kind === RGB || samples >= 3 ? 3 : 1;
  return {
    format: 'TIFF',
    width,
    height,
    orientation: isOrientation(orientation) ? orientation : 1,
    bits: tags.get(BITS) ?? 1,
    color: kind === PALETTE ? 'palette' : colors === 4 ? 'CMYK' : colors === 3 ? 'RGB' : 'gray',
    alpha: tags.has(EXTRA_SAMPLES) && samples > colors,
    animated: next !== undefined && next.place !== 0,
    plain: false,
  };
}

/** Parts of the picture that are stored, and decoded, each for itself. */
function stripsOf(tags: ReadonlyMap<number, number>, width: number, height: number): number {
  const planes = tags.get(PLANES) === SEPARATE ? (tags.get(SAMPLES) ?? 1) : 1;
  const [across, down] = [tags.get(TILE_WIDTH), tags.get(TILE_HEIGHT) ?? tags.get(STRIP_ROWS)];
  const columns = across ? Math.ceil(width / across) : 1;
  return planes * columns * Math.ceil(height / (down || height));
}
