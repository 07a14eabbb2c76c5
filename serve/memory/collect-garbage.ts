// Collects garbage and returns free memory to the system after large work. A thread without work collects no garbage by
// itself, and the pixels of one large picture are a hundred megabytes. What the collector frees, the C library keeps.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Milliseconds without large work after which memory is returned: work that follows at once would need it again. */
const QUIET_MS = 1_000;

/**
 * @returns a function that collects all garbage of the calling thread, which takes 5 to 20 ms, and later returns free
 * memory to the system.
 */
export function openGarbageCollector(): () => void {
  let collect: (() => void) | undefined;
  let trim: Promise<() => void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    collect ??= openCollect();
    collect();
    trim ??= openTrim();
    clearTimeout(timer);
    timer = setTimeout(() => void trim?.then((trim) => trim()), QUIET_MS).unref();
  };
}

/** Needs a V8 context of its own, which takes half a megabyte: opened only when it is first used. */
function openCollect(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  return typeof collect === 'function' ? () => collect() : () => {};
}

/** Reference: malloc_trim(3) of glibc; other C libraries have none. */
async function openTrim(): Promise<() => void> {
  if (process.platform !== 'linux') return () => {};
  try {
    const { default: koffi } = await import('koffi');
    const trim = koffi.load('libc.so.6').func('int malloc_trim(size_t pad)');
    return () => void trim(0);
  } catch {
    return () => {};
  }
}
