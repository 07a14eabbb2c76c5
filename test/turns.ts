// Waits for a promise by turns of the event loop, not by time: one that would never settle is found at once, and a busy
// machine changes nothing.

/**
 * What a promise gives within so many turns of the event loop.
 *
 * @throws Error when it is still pending after them; what the promise was rejected with.
 */
export async function within<T>(turns: number, promise: Promise<T>): Promise<T> {
  let pending = true;
  const end = () => {
    pending = false;
  };
  promise.then(end, end);
  for (let turn = 0; turn < turns && pending; turn++) await new Promise(setImmediate);
  if (pending) throw new Error(`a promise is pending after ${turns} turns of the event loop`);
  return promise;
}
