// Counts the bytes of all requests that are held in memory at once, and refuses the request that goes beyond. What
// large bodies leave behind is collected soon after: a thread without work would keep it.

import { Refusal } from '../refusal.ts';
import { createRooms } from './buffer-pool.ts';
import { openTidy } from './collect-garbage.ts';
import { openFree } from './free-buffers.ts';

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

/** Bytes of a body that is large: what small ones leave is collected as they go on. */
const LARGE = 1024 * 1024;

/** Bytes of large bodies as garbage from which it is collected, and milliseconds until then: more may come at once. */
const BURDEN = 32 * 1024 * 1024;
const PAUSE = 500;

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
  const tidy = openTidy();
  let garbage = 0;
  let timer: NodeJS.Timeout | undefined;

  function leave(bytes: number): void {
    if (bytes > LARGE) garbage += bytes;
    if (garbage < BURDEN || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      garbage = 0;
      tidy();
    }, PAUSE).unref();
  }

  return () => {
    let own = 0;
    let roomed = 0;
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
        roomed += bytes;
        return room.subarray(0, bytes);
      },
      free,
      release() {
        total -= own;
        leave(own - roomed);
        own = 0;
        roomed = 0;
        for (const room of taken.splice(0)) rooms.giveBack(room);
      },
    };
  };
}
