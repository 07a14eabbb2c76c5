// Says what is waited for: a network disk that does not answer would else stop the start without a word.
import type { Log } from '../log.ts';

/** Milliseconds between two lines. */
const EVERY = 30_000;

/** Waits for `work`, and says every half a minute for what. */
export async function sayWhileWaiting<T>(
  work: Promise<T>,
  what: string,
  log: Log,
  every = EVERY,
): Promise<T> {
  const start = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - start) / 1000);
    log(`${what} is waited for, since ${seconds} s`, { level: 'warn' });
  }, every);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
