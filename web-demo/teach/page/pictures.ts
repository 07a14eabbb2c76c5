// Pictures as files: of a drawing, of what a camera sees, and of what was chosen or dropped.
import type { Picture } from '../../component/index.ts';

/** Pixels a side that are kept of a camera's middle: more than most models see. */
const SIDE = 256;

/** Of JPEG: hardly visible, a tenth of PNG. */
const QUALITY = 0.92;

/** A gray picture as a PNG file. */
export async function fileOf({ data, width, height }: Picture): Promise<Blob> {
  const canvas = new OffscreenCanvas(width, height);
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    image.data.fill(data[i] ?? 0, 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  contextOf(canvas).putImageData(image, 0, 0);
  return canvas.convertToBlob({ type: 'image/png' });
}

/** The square in the middle of what a camera sees. */
export function seenBy(video: HTMLVideoElement): OffscreenCanvas {
  const { videoWidth, videoHeight } = video;
  const square = Math.min(videoWidth, videoHeight);
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const [x, y] = [(videoWidth - square) / 2, (videoHeight - square) / 2];
  contextOf(canvas).drawImage(video, x, y, square, square, 0, 0, SIDE, SIDE);
  return canvas;
}

export function snapshot(canvas: OffscreenCanvas): Promise<Blob> {
  return canvas.convertToBlob({ type: 'image/jpeg', quality: QUALITY });
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('This browser gives no 2D canvas.');
  return context;
}

/** A file and the names of the folders that it was in. */
export interface Found {
  readonly file: File;
  readonly folders: readonly string[];
}

/** Everything that was dropped, with what is in dropped folders. */
export async function dropped({ items, files }: DataTransfer): Promise<Found[]> {
  // To be asked for before anything is awaited: afterwards the list is empty.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (entries.length === 0) return [...files].map((file) => ({ file, folders: [] }));
  return (await Promise.all(entries.map((entry) => within(entry, [])))).flat();
}

/** What was chosen in a dialog; of a folder, every file says where in it it is. */
export function chosen(files: Iterable<File>): Found[] {
  return [...files].map((file) => ({ file, folders: file.webkitRelativePath.split('/').slice(0, -1) }));
}

async function within(entry: FileSystemEntry, folders: readonly string[]): Promise<Found[]> {
  if (entry instanceof FileSystemFileEntry || entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ file, folders }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: Found[] = [];
  for (;;) {
    // Browsers give a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return found;
    for (const each of some) found.push(...(await within(each, [...folders, entry.name])));
  }
}

/** Pictures among files; systems put hidden ones into folders. */
export function isPicture({ file }: Found): boolean {
  return file.type.startsWith('image/') && !file.name.startsWith('.');
}

/** Paints a small square of a picture file. */
export async function paintThumbnail(canvas: HTMLCanvasElement, file: Blob): Promise<void> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const side = Math.min(width, height);
  canvas
    .getContext('2d')
    ?.drawImage(
      bitmap,
      (width - side) / 2,
      (height - side) / 2,
      side,
      side,
      0,
      0,
      canvas.width,
      canvas.height,
    );
  bitmap.close();
}
