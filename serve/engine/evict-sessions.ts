// Closes sessions that workers no longer need: those of versions that are not current, and that nobody asks for any more.
import type { PoolWorker } from '../sessions/worker-pool.ts';

/** Milliseconds after its last use in which the session of a version that is not current stays open. */
const LINGER = 60_000;

export interface SessionEviction {
  /**
   * Sets which sessions are current and stay open. Those that were current are closed when the last job for them is
   * given to a worker.
   *
   * @param unloaded - keys of models that were unloaded: whatever is open of them, or opened for a request that came before,
   * is closed in the same way.
   * @returns the keys of those that are not current any more.
   */
  setCurrent(keys: Iterable<string>, now: number, unloaded?: Iterable<string>): string[];
  /** Closes what is not needed. @param now - performance.now() */
  evict(now: number): void;
}

/** @param waitingFor - how many jobs in the queue are for a session. */
export function createSessionEviction(
  workers: readonly Pick<PoolWorker, 'lastUsed' | 'send'>[],
  waitingFor: (key: string) => number,
): SessionEviction {
  let current: ReadonlySet<string> = new Set();
  let leaving: ReadonlySet<string> = new Set();

  function evict(now: number): void {
    for (const worker of workers) {
      for (const [key, last] of worker.lastUsed) {
        const linger = leaving.has(key) ? 0 : LINGER;
        if (current.has(key) || now - last < linger || waitingFor(key) > 0) continue;
        worker.lastUsed.delete(key);
        worker.send({ kind: 'close', key });
      }
    }
  }

  return {
    evict,
    setCurrent(keys, now, unloaded = []) {
      const before = current;
      current = new Set(keys);
      leaving = new Set(unloaded);
      const replaced = [...before].filter((key) => !current.has(key));
      for (const key of replaced) {
        for (const worker of workers) {
          if (worker.lastUsed.has(key)) worker.lastUsed.set(key, Number.NEGATIVE_INFINITY);
        }
      }
      evict(now);
      return replaced;
    },
  };
}
