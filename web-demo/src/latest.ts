// Latest wins: while one request is under way only the newest of the waiting ones is kept.

/** Sends at most one request at a time. */
export interface Latest<T> {
  /** Sends what `make` returns, now or when the present request has been answered, unless a newer one came. */
  ask(make: () => T): void;
  /** The present request has been answered. */
  answered(): void;
  /** Forgets the waiting request. */
  cancel(): void;
}

/** Makes a sender that never queues: a slow model skips drawings, it does not lag behind the pen. */
export function latestOnly<T>(send: (request: T) => void): Latest<T> {
  let busy = false;
  let waiting: (() => T) | undefined;
  return {
    ask(make) {
      if (busy) {
        waiting = make;
        return;
      }
      busy = true;
      send(make());
    },
    answered() {
      busy = false;
      const next = waiting;
      waiting = undefined;
      if (next) this.ask(next);
    },
    cancel() {
      waiting = undefined;
    },
  };
}
