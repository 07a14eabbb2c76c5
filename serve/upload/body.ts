// Reads the whole body of a request, within its limits.
import { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type AppContext, requestHeader } from '../http/context.ts';
import { sendContinue } from '../http/expect-continue.ts';
import { isPooled } from '../memory/buffer-pool.ts';
import type { RequestMemory } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';
import { decompress, encodingsOf } from './decompress.ts';
import { concatenate, receive, type Upload } from './receive.ts';

/**
 * Reads the body, and decompresses it.
 *
 * @returns bytes that may be read until `upload.memory` is released.
 * @throws Refusal 413 when it is too long, 400 when it ends early or is not compressed as its header says, 503 when all
 * requests together hold too much.
 */
export async function readBody(upload: Upload): Promise<Buffer> {
  const { encodings = [], limit, memory } = upload;
  const body = await readSent(upload);
  return encodings.length === 0 ? body : decompress(body, encodings, limit, memory);
}

async function readSent(upload: Upload): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await receive(upload, (chunk) => chunks.push(chunk));
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (!isPooled(length)) return concatenate(chunks);
  const body = upload.memory.buffer(length);
  let at = 0;
  for (const chunk of chunks) at += chunk.copy(body, at);
  if (upload.stream instanceof IncomingMessage) upload.memory.free(chunks);
  return body;
}

/**
 * The body of a request, which is still to arrive. Node's own stream is read where there is one: a web stream around it
 * costs as much as parsing the form.
 *
 * @param limit - bytes at most.
 * @throws Refusal 415 when it is compressed in a way that is not known.
 */
export function uploadOf(c: AppContext, limit: number, memory: RequestMemory): Upload {
  const length = requestHeader(c, 'content-length');
  const stream = c.env?.incoming ?? fromWeb(c.req.raw);
  // A stream that has ended says nothing any more: who waits for it waits for ever.
  if (stream.readableEnded || stream.readableFlowing === true) throw bodyWasRead();
  return {
    stream,
    encodings: encodingsOf(requestHeader(c, 'content-encoding')),
    begin: () => sendContinue(c.env?.outgoing),
    type: requestHeader(c, 'content-type') ?? '',
    announced: length === undefined ? undefined : Number(length),
    limit,
    memory,
  };
}

/** The types of the DOM and of Node have different names for the same stream. */
function fromWeb({ body, bodyUsed, signal }: Request): Readable {
  if (bodyUsed || body?.locked) throw bodyWasRead();
  return body === null ? Readable.from([]) : Readable.fromWeb(body as ReadableStream, { signal });
}

/** For the developer of an app in which this one is mounted. */
function bodyWasRead(): Refusal {
  return new Refusal(
    400,
    'the body was read before it came here: mount this handler before what parses bodies, such as express.json()',
  );
}
