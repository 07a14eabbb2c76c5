// Reads the files of a folder: those that are as they were are taken from the cache, the others decoded and prepared.
import { createHash } from 'node:crypto';
import { messageOf } from '../../../models/errors.ts';
import { MOST_PIXELS } from '../../../models/image/picture.ts';
import { type Prepare, preparePicture } from '../../../models/image/prepare.ts';
import type { Shape } from '../../../models/image/shape.ts';
import { sizeOf } from '../../../models/shape.ts';
import { createSemaphore } from '../../../models/weighted-semaphore.ts';
import { readBytes } from '../dataset.ts';
import { checkHeader, type Decoded, decodeChecked } from './decode.ts';
import type { Remark } from './findings.ts';
import type { Entry, FolderIndex } from './index-file.ts';
import { openJournal } from './journal.ts';
import { perceptualHash } from './perceptual-hash.ts';
import type { PictureSource, RawPicture } from './source.ts';

/** Where the pixels of a picture are: a file of pictures one after another, and which of them. */
export interface Pixels {
  readonly path: string;
  readonly place: number;
}

/** A file with its pixels; `pixels` is absent where it has a problem. */
export type ReadFile = Entry & { readonly pixels?: Pixels };

export interface ReadOptions {
  readonly source: PictureSource;
  /** Paths of the source, each once. */
  readonly files: readonly string[];
  readonly shape: Shape;
  readonly rule: Prepare;
  /** What an earlier preparation left, and where its pixels are. */
  readonly before?: { readonly index: FolderIndex; readonly pixels: string } | undefined;
  /** A folder for the pixels of new pictures, in which one that was interrupted may have left some. */
  readonly scratch: string;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

/** Pictures that are decoded at the same time, and their pixels together: what bounds the memory. */
const AT_ONCE = 4;
const MOST_AT_ONCE = 2 * MOST_PIXELS;

/** Reads `files`, in their order. A file that cannot be used becomes an entry that says why. */
export async function readFiles(options: ReadOptions): Promise<ReadFile[]> {
  const { source, files, before, onProgress } = options;
  const journal = openJournal(options.scratch, sizeOf(options.shape));
  const earlier = [
    ...(before?.index.entries ?? []).map((entry) => withPixels(entry, before?.pixels)),
    ...journal.entries.map((entry) => withPixels(entry, journal.path)),
  ];
  const known = new Map(earlier.map((entry) => [entry.path, entry]));
  // Its ending is part of what is said of a picture.
  const keyOf = (path: string, hash: string) => `${source.hasEndings ? path.split('.').at(-1) : ''} ${hash}`;
  const byHash = new Map(earlier.map((entry) => [keyOf(entry.path, entry.hash), entry]));

  const result: ReadFile[] = [];
  const unread = new Map<string, { readonly i: number; readonly stamp: string }>();
  for (const [i, path] of files.entries()) {
    const stamp = source.stampOf(path);
    const entry = known.get(path);
    if (entry !== undefined && stamp !== '' && entry.stamp === stamp) result[i] = entry;
    else unread.set(path, { i, stamp });
  }
  const withRoom = createSemaphore(MOST_AT_ONCE);
  let done = 0;
  const readOne = async ({ path, bytes: read }: RawPicture): Promise<void> => {
    const { i, stamp } = unread.get(path) ?? { i: -1, stamp: '' };
    let hash = '';
    let prepared: { readonly entry: Omit<Entry, 'place'>; readonly input?: Uint8Array } | undefined;
    try {
      const bytes = await read();
      hash = createHash('sha256').update(bytes).digest('hex');
      // One that was renamed, or whose file was merely touched.
      const same = byHash.get(keyOf(path, hash));
      if (same !== undefined) {
        result[i] = { ...same, path, stamp };
      } else {
        const header = checkHeader(bytes, { shape: options.shape, prepare: options.rule });
        prepared = await withRoom(header.width * header.height, async () => {
          const decoded = await decodeChecked(source.hasEndings ? path : undefined, bytes, header);
          const input = preparePicture(decoded.picture, options.shape, options.rule);
          const remarks = [...decoded.remarks, ...remarkOnSize(decoded, options.shape)];
          const look = perceptualHash(decoded.picture);
          return { entry: { path, stamp, hash, remarks, look }, input };
        });
      }
    } catch (error) {
      prepared = { entry: { path, stamp, hash, remarks: [], look: '', problem: messageOf(error) } };
    }
    // Outside of the above: a full disk is no fault of the picture.
    if (prepared !== undefined)
      result[i] = withPixels(journal.add(prepared.entry, prepared.input), journal.path);
    onProgress?.(++done, unread.size);
  };
  const rest = source.read([...unread.keys()])[Symbol.asyncIterator]();
  try {
    const readNext = async () => {
      for (let next = await rest.next(); next.done !== true; next = await rest.next())
        await readOne(next.value);
    };
    // All of them end before the journal does, also where one fails.
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, readNext));
    for (const each of ended) if (each.status === 'rejected') throw each.reason;
  } finally {
    journal.close();
    await rest.return?.();
  }
  return result;
}

/** An entry with the place of its pixels in the file `path`, where it has any. */
function withPixels(entry: Entry, path: string | undefined): ReadFile {
  return entry.place < 0 || path === undefined ? entry : { ...entry, pixels: { path, place: entry.place } };
}

/** The pixels of a picture, `[H,W,C]` uint8. */
export function readPixels({ path, place }: Pixels, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  readBytes(path, bytes, place * size);
  return bytes;
}

function remarkOnSize({ picture: { width, height } }: Decoded, [rows, columns]: Shape): Remark[] {
  return width * 2 < columns || height * 2 < rows ? ['small'] : [];
}
