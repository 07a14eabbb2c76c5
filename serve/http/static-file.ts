// Sends a file from disk, with its type, length and ETag, or 304 to a client that has it: for the page and for models.
import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context } from 'hono';

/** A file that is open: its length stays true for what is sent, even when another file takes its place meanwhile. */
export interface StaticFile {
  readonly handle: FileHandle;
  readonly stats: Stats;
}

/** Opens a file; undefined when there is none of that name. */
export async function openStaticFile(path: string): Promise<StaticFile | undefined> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return undefined;
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, stats };
  await handle.close();
  return undefined;
}

/** A file and its headers. */
export interface FileResponse {
  /** An open file, or its bytes. */
  readonly file: StaticFile | Uint8Array;
  readonly type: string;
  /** Identifies the content, with its quotes. */
  readonly etag: string;
  /** The `Cache-Control` header. */
  readonly cacheControl: string;
  /** The `Content-Encoding` header, when the file is compressed. */
  readonly encoding?: string | undefined;
}

/** For an address that names one content. */
export const CACHE_FOREVER = 'public, max-age=31536000, immutable';

/** For all others: cached, but revalidated each time. */
export const REVALIDATE = 'no-cache';

/** Sends a file and closes it; 304 without a body when the request's `If-None-Match` has its ETag. */
export async function sendFile(c: Context, response: FileResponse): Promise<Response> {
  const { file } = response;
  const [bytes, handle] = file instanceof Uint8Array ? [file, undefined] : [undefined, file.handle];
  const length = file instanceof Uint8Array ? file.length : file.stats.size;
  c.header('ETag', response.etag);
  c.header('Cache-Control', response.cacheControl);
  const known = matches(c.req.header('if-none-match'), response.etag);
  const withBody = !known && c.req.method !== 'HEAD' && length > 0;
  if (!withBody) await handle?.close();
  if (known) return c.body(null, 304);
  c.header('Content-Type', response.type);
  c.header('Content-Length', String(length));
  if (response.encoding !== undefined) c.header('Content-Encoding', response.encoding);
  if (!withBody) return c.body(null);
  if (handle === undefined) return c.body(Uint8Array.from(bytes));
  // Not more than `Content-Length`, in case the file grows meanwhile.
  const stream = Readable.toWeb(handle.createReadStream({ end: length - 1 }));
  return c.body(stream as ReadableStream); // the types of Node and of the DOM have different names for one class
}

/** Whether an `If-None-Match` header has the tag; weak tags match too. Reference: RFC 9110, section 13.1.2. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').map(bare).includes(bare(etag));
}
