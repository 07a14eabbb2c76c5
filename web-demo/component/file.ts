// Reads a picture file: the browser decodes it, and our reader of headers says how to turn it upright, as on the server.

import { asStored } from '../../models/image/file/as-stored.ts';
import { Damaged } from '../../models/image/file/damaged.ts';
import { detectFormat, isDecodable } from '../../models/image/file/format.ts';
import { readHeader } from '../../models/image/file/header.ts';
import type { Orientation } from '../../models/image/picture.ts';
import { PictureError } from './errors.ts';

export interface FileBitmap {
  /** As it is stored. */
  readonly bitmap: ImageBitmap;
  readonly orientation: Orientation;
}

/** @throws PictureError that names what the file is, when the browser cannot read it. */
export async function bitmapOf(file: Blob): Promise<FileBitmap> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { blob, orientation } = storedOf(file, bytes);
  const bitmap = await createImageBitmap(blob).catch(() => {
    throw new PictureError(whyNot(file, bytes));
  });
  return { bitmap, orientation };
}

/** The file without what browsers read in their own ways; formats of which we know nothing are the browser's alone. */
function storedOf(file: Blob, bytes: Uint8Array): { blob: Blob; orientation: Orientation } {
  const format = detectFormat(bytes);
  try {
    if (format === 'JPEG' || format === 'PNG' || format === 'WebP') {
      const { orientation } = readHeader(bytes, format);
      const parts = asStored(bytes, format).map((part) => new Uint8Array(part));
      return { blob: new Blob(parts, { type: file.type }), orientation };
    }
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
  }
  return { blob: file, orientation: 1 };
}

function whyNot(file: Blob, bytes: Uint8Array): string {
  const format = detectFormat(bytes);
  if (isDecodable(format))
    return `That ${format} file is damaged, or of a kind that this browser cannot read.`;
  const type = file.type === '' ? '' : ` (${file.type})`;
  return `That file${type} is ${format.name}, not a picture that this browser can read: ${format.advice}.`;
}
