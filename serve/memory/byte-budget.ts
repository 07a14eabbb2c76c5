// A byte budget: counts the bytes of all request bodies that are in memory, and refuses the request that goes beyond the
// limit. Garbage of large bodies is collected soon after them, since a thread without work would keep it.

import { Refusal } from '../refusal.ts';
import { createBufferPool } from './buffer-pool.ts';
import { openGarbageCollector } from './collect-garbage.ts';
import { openFreeBuffers } from './free-buffers.ts';

/** The memory of one request. */
export interface RequestMemory {
  /**
   * Counts bytes that the request holds from now on.
   *
   * @throws Refusal 503 when all requests together would hold more than the limit.
   */
  reserve(bytes: number): void;
  /** @returns a buffer for a body whose bytes are reserved already; it may be used until `release`. */
  buffer(bytes: number): Buffer;
  /** Frees chunks of a body that nobody reads any more. */
  free(chunks: readonly Uint8Array[]): void;
  /** Gives everything back; call it when nothing of the request is read any more. */
  release(): void;
}

/** A body of more bytes is large. Garbage of small bodies is collected anyway while requests go on. */
const LARGE_BODY = 1024 * 1024;

/** Garbage of large bodies is collected from this number of bytes, after this pause: more may follow at once. */
const GARBAGE_BYTES = 32 * 1024 * 1024;
const PAUSE_MS = 500;

/** Opens the memory of one request. */
export type OpenRequestMemory = () => RequestMemory;

/**
 * Returns a function to call at the start of each request that has a body.
 *
 * @param limit - bytes of all requests together.
 * @param collectGarbage - collects that of the calling thread; a test gives its own.
 */
export function createByteBudget(limit: number, collectGarbage = openGarbageCollector()): OpenRequestMemory {
  let total = 0;
  const pool = createBufferPool();
  const free = openFreeBuffers();
  let garbage = 0;
  let timer: NodeJS.Timeout | undefined;

  function countGarbage(bytes: number): void {
    if (bytes > LARGE_BODY) garbage += bytes;
    if (garbage < GARBAGE_BYTES || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      garbage = 0;
      collectGarbage();
    }, PAUSE_MS).unref();
  }

  return () => {
    let own = 0;
    let pooled = 0;
    const taken: Buffer[] = [];
    return {
      reserve(bytes) {
        if (total + bytes > limit) {
          throw new Refusal(503, 'too many uploads at the same time: try again in a moment', 1);
        }
        own += bytes;
        total += bytes;
      },
      buffer(bytes) {
        const buffer = pool.take(bytes);
        taken.push(buffer);
        pooled += bytes;
        return buffer.subarray(0, bytes);
      },
      free,
      release() {
        total -= own;
        countGarbage(own - pooled);
        own = 0;
        pooled = 0;
        for (const buffer of taken.splice(0)) pool.giveBack(buffer);
      },
    };
  };
}
