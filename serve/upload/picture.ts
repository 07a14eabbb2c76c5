// The picture that a request carries: the file of a form, or the whole body.
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { TimingVariables } from 'hono/timing';
import { Refusal } from '../refusal.ts';
import type { Held } from './memory.ts';
import { readForm } from './multipart.ts';
import { concatenate, receive, type Upload } from './receive.ts';

/** What goes along with a request through the app: Node's own objects, which `app.request()` does not give. */
export type Env = { Bindings: Partial<HttpBindings>; Variables: TimingVariables };

/**
 * Reads the encoded picture of a request.
 *
 * @param limit - bytes of the body at most.
 * @throws Refusal 400 when there is none, or the form around it is broken; 413 when it is too long.
 */
export async function readPicture(
  c: Context<Env>,
  limit: number,
  held: Held,
): Promise<Uint8Array<ArrayBuffer>> {
  const upload = uploadOf(c, limit, held);
  if (/^multipart\//i.test(upload.type)) return readForm(upload);
  const chunks: Buffer[] = [];
  await receive(upload, (chunk) => chunks.push(chunk));
  if (chunks.length === 0) {
    throw new Refusal(
      400,
      'received an empty body, expected a picture: as the body, or as the file "img" of a form',
    );
  }
  return concatenate(chunks);
}

/** Node's own stream is read where there is one: a web stream around it costs as much as parsing the form. */
function uploadOf(c: Context<Env>, limit: number, held: Held): Upload {
  const length = c.req.header('content-length');
  return {
    stream: c.env?.incoming ?? fromWeb(c.req.raw.body),
    type: c.req.header('content-type') ?? '',
    announced: length === undefined ? undefined : Number(length),
    limit,
    held,
  };
}

/** The types of the DOM and of Node name the same stream differently. */
function fromWeb(body: unknown): Readable {
  return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream);
}
