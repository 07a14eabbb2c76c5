// Keeps the process from ending while there is work: the worker threads of a library do not.

/** The longest that a timer waits, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** @returns a function that does some work, until the end of which the process goes on. */
export function createKeepAlive(): <T>(work: () => Promise<T>) => Promise<T> {
  let working = 0;
  let timer: NodeJS.Timeout | undefined;
  return async (work) => {
    if (working++ === 0) timer = setInterval(() => {}, LONGEST);
    try {
      return await work();
    } finally {
      if (--working === 0) clearInterval(timer);
    }
  };
}
