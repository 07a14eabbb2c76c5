// Turns a chosen, dropped or pasted file into a picture: decoded by the browser, upright, not larger than needed.
import type { Picture } from '../../models/image/picture.ts';

/** Pixels of the longer side: more than the geometry can use, and quick to handle. */
const longest = 1024;

/** A photo, to be shown and to be classified. */
export interface Photo {
  readonly bitmap: ImageBitmap;
  readonly picture: () => Picture;
}

/**
 * Decodes an image file.
 *
 * @throws Error when the browser cannot read it as a picture.
 */
export async function readPhoto(file: Blob): Promise<Photo> {
  const full = await createImageBitmap(file).catch(() => {
    throw new Error(
      `That file (${file.type || 'of unknown type'}) is not a picture that this browser can read.`,
    );
  });
  const scale = Math.min(1, longest / Math.max(full.width, full.height));
  const width = Math.max(1, Math.round(full.width * scale));
  const height = Math.max(1, Math.round(full.height * scale));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('this browser has no 2D canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(full, 0, 0, width, height);
  const bitmap = await createImageBitmap(canvas);
  full.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { bitmap, picture: () => ({ data: data.slice(), width, height, channels: 4 }) };
}

/** Listens for files that are dropped anywhere on the page, pasted, or chosen. */
export function listenForPhotos(input: HTMLInputElement, take: (file: File) => void): void {
  function first(files: FileList | undefined | null): void {
    const file = files?.[0];
    if (file) take(file);
  }
  input.addEventListener('change', () => {
    first(input.files);
    input.value = '';
  });
  document.addEventListener('paste', (event) => first(event.clipboardData?.files));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    first(event.dataTransfer?.files);
  });
}
