// Counts the bytes of all requests that are held in memory at once, and refuses the request that goes beyond.

import { openFree } from '../free.ts';
import { Refusal } from '../refusal.ts';
import { createRooms } from './rooms.ts';

/** What one request holds. */
export interface Held {
  /** @throws Refusal 503 when all requests together would hold too much. */
  add(bytes: number): void;
  /** @returns memory for a body of so many bytes, which are counted already; until `release`. */
  room(bytes: number): Buffer;
  /** Frees chunks of a body that nobody reads any more. */
  free(chunks: readonly Uint8Array[]): void;
  /** Gives everything back; to be called once, when nothing of the request is read any more. */
  release(): void;
}

/** Begins to count for one request. */
export type Hold = () => Held;

/**
 * Returns a function to call at the start of each request that has a body.
 *
 * @param limit - bytes of all requests together.
 */
export function createMemory(limit: number): Hold {
  let total = 0;
  const rooms = createRooms();
  const free = openFree();
  return () => {
    let own = 0;
    const taken: Buffer[] = [];
    return {
      add(bytes) {
        if (total + bytes > limit) {
          throw new Refusal(503, 'too many uploads are on their way at once: try again in a moment');
        }
        own += bytes;
        total += bytes;
      },
      room(bytes) {
        const room = rooms.take(bytes);
        taken.push(room);
        return room.subarray(0, bytes);
      },
      free,
      release() {
        total -= own;
        own = 0;
        for (const room of taken.splice(0)) rooms.giveBack(room);
      },
    };
  };
}
