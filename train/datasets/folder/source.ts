// Where the bytes of a listing's pictures are: in files of their own, or several in one (shards/).
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { readPicture } from './decode.ts';
import { codeOf } from './list-files.ts';

/** A picture that is to be decoded. */
export interface RawPicture {
  /** As the listing has it. */
  readonly path: string;
  /** The bytes of its file. @throws Error whose message says why it cannot be used */
  bytes(): Promise<Uint8Array>;
}

export interface PictureSource {
  /** Whether the end of a path says what kind of picture it is. */
  readonly hasEndings: boolean;
  /** The stamp of the file that a picture is in: equal while nobody touches it; empty where it cannot be trusted. */
  stampOf(path: string): string;
  /** The pictures of these paths, of which a few are held at a time. */
  read(paths: readonly string[]): AsyncIterable<RawPicture>;
}

/** Pictures that are files under `root`. */
export function filesUnder(root: string): PictureSource {
  return {
    hasEndings: true,
    stampOf: (path) => stampOf(join(root, path)).stamp,
    async *read(paths) {
      for (const path of paths) {
        const file = join(root, path);
        yield { path, bytes: () => readPicture(file, stampOf(file).size) };
      }
    },
  };
}

/** A file that was changed so shortly before it is read could change again within the same tick of the clock. */
const TICK_MS = 2000;

/** The stamp of a file, empty where it has none that can be trusted later, and its size in bytes; -1 where it cannot be read. */
export function stampOf(path: string): { stamp: string; size: number } {
  try {
    const { size, mtimeNs, ctimeNs, ino, ctimeMs } = statSync(path, { bigint: true });
    const isFresh = Date.now() - Number(ctimeMs) < TICK_MS;
    return { stamp: isFresh ? '' : [size, mtimeNs, ctimeNs, ino].join(' '), size: Number(size) };
  } catch (error) {
    return { stamp: codeOf(error), size: -1 };
  }
}
