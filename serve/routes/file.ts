// Answers with a file from disk: type, length, ETag, 304 for who has it already. One way for the page and the models.
import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context } from 'hono';

/** A file that is open: what is announced of it holds for what is sent, whatever takes its place meanwhile. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly stats: Stats;
}

/** Opens a file; undefined when there is none of that name. */
export async function openFile(path: string): Promise<OpenFile | undefined> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return undefined;
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, stats };
  await handle.close();
  return undefined;
}

/** A file, and how it is to be named and kept. */
export interface ServedFile {
  readonly file: OpenFile;
  readonly type: string;
  /** Identifies the content, with its quotes. */
  readonly etag: string;
  /** The `Cache-Control` header. */
  readonly keep: string;
  /** The `Content-Encoding` header, when the file is compressed. */
  readonly encoding?: string | undefined;
}

/** For an address that names its content. */
export const FOREVER = 'public, max-age=31536000, immutable';

/** For all others: kept, but asked about each time. */
export const ASK = 'no-cache';

/** Sends a file and closes it; 304 without a body when the request's `If-None-Match` has its ETag. */
export async function sendFile(c: Context, served: ServedFile): Promise<Response> {
  const { handle, stats } = served.file;
  c.header('ETag', served.etag);
  c.header('Cache-Control', served.keep);
  const known = matches(c.req.header('if-none-match'), served.etag);
  const withBody = !known && c.req.method !== 'HEAD' && stats.size > 0;
  if (!withBody) await handle.close();
  if (known) return c.body(null, 304);
  c.header('Content-Type', served.type);
  c.header('Content-Length', String(stats.size));
  if (served.encoding !== undefined) c.header('Content-Encoding', served.encoding);
  if (!withBody) return c.body(null);
  // No more than was announced is sent, should the file grow meanwhile.
  const stream = Readable.toWeb(handle.createReadStream({ end: stats.size - 1 }));
  return c.body(stream as ReadableStream); // the types of Node and of the DOM name one class differently
}

/** Reference: RFC 9110, section 13.1.2: a list of tags, compared without regard to weakness. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').map(bare).includes(bare(etag));
}
