// Counts the bytes of all requests that are held in memory at once, and refuses the request that goes beyond.
import { Refusal } from '../refusal.ts';

/** What one request holds. */
export interface Held {
  /** @throws Refusal 503 when all requests together would hold too much. */
  add(bytes: number): void;
  /** Gives everything back; to be called once, whatever became of the request. */
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
  return () => {
    let own = 0;
    return {
      add(bytes) {
        if (total + bytes > limit) {
          throw new Refusal(503, 'too many uploads are on their way at once: try again in a moment');
        }
        own += bytes;
        total += bytes;
      },
      release() {
        total -= own;
        own = 0;
      },
    };
  };
}
