// What is asked of a call beside its pictures, the same in Node and in browsers: of one or of several, numbers, and until when.

/** Whether several are given. */
export function isList<T>(given: T | readonly T[]): given is readonly T[] {
  return Array.isArray(given);
}

/** @throws TypeError when a number that may be left out is none that counts something. */
export function checkCount(option: string, value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && Number(value) > 0)) return;
  throw new TypeError(`${option}: received ${value}, expected a whole number from 1`);
}

/** Works on all at once, each with a signal of its own call; when one fails, the others are not worth their work. */
export async function forAll<T, R>(
  all: readonly T[],
  signal: AbortSignal | undefined,
  work: (one: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const failed = new AbortController();
  const either = AbortSignal.any(signal === undefined ? [failed.signal] : [failed.signal, signal]);
  try {
    return await Promise.all(all.map((one) => work(one, either)));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
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
