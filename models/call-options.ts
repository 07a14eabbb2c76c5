// What is asked of a call beside its pictures, the same in Node and in browsers: how many predictions, and until when.

/** @throws TypeError when the number of predictions is none. */
export function checkTop(top: number | undefined): void {
  if (top === undefined || (Number.isInteger(top) && top > 0)) return;
  throw new TypeError(`top: received ${top}, expected a whole number from 1`);
}

/** Rejects as soon as the signal says so, with its reason; the work ends by itself. */
export async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  work.catch(() => {}); // nobody waits for it any more when the signal came first
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
