// Receives a body and counts its bytes, so that no body is longer than allowed, whatever its headers say.
import type { Readable } from 'node:stream';
import type { RequestMemory } from '../memory/byte-budget.ts';
import { Refusal } from '../refusal.ts';

/** A body that is to be received, and its limits. */
export interface Upload {
  readonly stream: Readable;
  /** The `Content-Type` header. */
  readonly type: string;
  /** The `Content-Length` header, in bytes; undefined when the length is not known in advance. */
  readonly announced: number | undefined;
  /** Bytes at most, also when it is decompressed. */
  readonly limit: number;
  /** What it is compressed by, the first one first; see decompress.ts. */
  readonly encodings?: readonly string[] | undefined;
  /** Called when the body is wanted: a client may wait for that before it sends (RFC 9110, section 10.1.1). */
  readonly begin?: (() => void) | undefined;
  readonly memory: RequestMemory;
}

/**
 * Calls `take` with every chunk of a body. When that throws, or the body is too long, the stream is left paused: the
 * response is sent first, and then the rest of the request is drained.
 *
 * @throws Refusal 413 when the body is too long, 400 when it ends early, and what `take` throws.
 */
export function receive(upload: Upload, take: (chunk: Buffer) => void): Promise<void> {
  const { stream, announced, limit, memory, begin } = upload;
  // The stream keeps its listeners' closure, and so all that was taken, until the connection is closed: `take` is dropped.
  let taker: typeof take | undefined = take;
  return new Promise((resolve, reject) => {
    let length = 0;
    const onData = (chunk: Buffer) => {
      try {
        length += chunk.length;
        if (length > limit) throw tooLong(limit);
        memory.reserve(chunk.length);
        taker?.(chunk);
      } catch (error) {
        stop();
        reject(error);
      }
    };
    const onEnd = () => {
      stop();
      resolve();
    };
    const onClose = () => {
      stop();
      reject(new Refusal(400, `the body ended after ${length} bytes, before it was complete`));
    };
    function stop(): void {
      taker = undefined;
      stream.pause();
      stream.off('data', onData).off('end', onEnd).off('close', onClose);
    }
    if ((announced ?? 0) > limit) {
      reject(tooLong(limit));
      return;
    }
    stream.on('error', () => {}); // a connection that breaks is also closed, which onClose answers
    stream.on('data', onData).on('end', onEnd).on('close', onClose);
    begin?.();
  });
}

/** Joins the chunks. */
export function concatenate(chunks: readonly Buffer[]): Buffer {
  const [first, second] = chunks;
  return first !== undefined && second === undefined ? first : Buffer.concat(chunks);
}

function tooLong(limit: number): Refusal {
  const mebibytes = (limit / 1024 / 1024).toLocaleString('en', { maximumFractionDigits: 2 });
  return new Refusal(413, `the body is longer than ${mebibytes} MiB, which is the limit`);
}
