// Reads the header of a TIFF: its first directory. Reference: TIFF 6.0, section 8.
import { Damaged } from './damaged.ts';
import { isOrientation } from './exif.ts';
import type { PictureHeader } from './picture-header.ts';
import { readDirectory } from './tiff-directory.ts';

// Tags.
const WIDTH = 256;
const HEIGHT = 257;
const BITS = 258;
const PHOTOMETRIC = 262;
const ORIENTATION = 274;
const SAMPLES = 277;
const EXTRA_SAMPLES = 338;

/** Values of PhotometricInterpretation. */
const RGB = 2;
const PALETTE = 3;
const SEPARATED = 5;

/** @throws Damaged when the first directory cannot be read or has no size. */
export function readTiffHeader(bytes: Uint8Array): PictureHeader {
  const directory = readDirectory(bytes);
  if (directory === undefined) throw new Damaged('its header ends early');
  const { tags, more } = directory;
  const [width, height] = [tags.get(WIDTH) ?? 0, tags.get(HEIGHT) ?? 0];
  if (width === 0 || height === 0) throw new Damaged(`its header says ${width}x${height} pixels`);
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
    animated: more,
    plain: false,
  };
}
