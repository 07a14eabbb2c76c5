// A promise that also gives what is made on the way to it: `await` takes the end, `for await` the way.

/** Works until its end: hands over each value, and goes on when the promise that `give` returns is settled. */
export type Work<T, R> = (give: (value: T) => Promise<void>, signal: AbortSignal) => Promise<R>;

/** A loop over the values. */
interface Reader {
  /** Values that it is done with. */
  done: number;
}

/**
 * Starts the work. Where there is a loop over its values, it waits at each of them until the loop asks for the next one;
 * a loop that begins later is given the earlier ones as well. Leaving a loop aborts the signal that the work was given, and
 * waits for its end. A failure is the loop's as well as the promise's: whoever does the one needs not do the other.
 * @param signal - Aborts the work, too.
 */
export function iterablePromise<T, R>(
  work: Work<T, R>,
  signal: AbortSignal | undefined,
): Promise<R> & AsyncIterable<T> {
  const left = new AbortController();
  const values: T[] = [];
  const readers = new Set<Reader>();
  const changes = createChanges();
  let ended = false;
  const give = async (value: T) => {
    values.push(value);
    changes.notify();
    while ([...readers].some(({ done }) => done < values.length)) await changes.next();
  };
  const either = signal === undefined ? left.signal : AbortSignal.any([left.signal, signal]);
  const end = work(give, either).finally(() => {
    ended = true;
    changes.notify();
  });
  async function* iterate(): AsyncGenerator<T, void, undefined> {
    const reader = { done: 0 };
    readers.add(reader);
    try {
      for (;;) {
        while (reader.done === values.length && !ended) await changes.next();
        const value = values[reader.done];
        if (value === undefined) break;
        yield value;
        reader.done++;
        changes.notify();
      }
    } finally {
      readers.delete(reader);
      left.abort();
      changes.notify();
      await end;
    }
  }
  return Object.assign(end, { [Symbol.asyncIterator]: iterate });
}

/** Wakes everything that waits for a change. */
function createChanges(): { next(): Promise<void>; notify(): void } {
  let wake = () => {};
  let changed = Promise.resolve();
  const renew = () => {
    changed = new Promise((resolve) => {
      wake = resolve;
    });
  };
  renew();
  return {
    next: () => changed,
    notify() {
      wake();
      renew();
    },
  };
}
