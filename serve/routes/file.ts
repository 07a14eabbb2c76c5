// Answers with a file from disk: type, length, ETag, 304 for who has it already. One way for the page and the models.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Context } from 'hono';

/** A file, and how it is to be named and kept. */
export interface ServedFile {
  readonly path: string;
  readonly bytes: number;
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

/** Sends a file; 304 without a body when the request's `If-None-Match` has its ETag. */
export function sendFile(c: Context, file: ServedFile): Response {
  c.header('ETag', file.etag);
  c.header('Cache-Control', file.keep);
  if (matches(c.req.header('if-none-match'), file.etag)) return c.body(null, 304);
  c.header('Content-Type', file.type);
  c.header('Content-Length', String(file.bytes));
  if (file.encoding !== undefined) c.header('Content-Encoding', file.encoding);
  if (c.req.method === 'HEAD') return c.body(null);
  return c.body(readable(file));
}

/** Opened when it is first read. No more than was announced is sent, should the file grow meanwhile. */
function readable({ path, bytes }: ServedFile): ReadableStream {
  const stream = bytes === 0 ? Readable.from([]) : createReadStream(path, { end: bytes - 1 });
  return Readable.toWeb(stream) as ReadableStream; // the types of Node and of the DOM name one class differently
}

/** Reference: RFC 9110, section 13.1.2: a list of tags, compared without regard to weakness. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').map(bare).includes(bare(etag));
}
