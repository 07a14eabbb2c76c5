// Gives memory back after something large: a thread that is idle collects no garbage of its own accord, and the pixels
// of one large picture are a hundred megabytes. What the collector frees, the C library would keep for later.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** @returns a function that collects all garbage of the calling thread, in 5 to 20 ms, and later gives free memory back. */
export function openTidy(): () => void {
  let collect: (() => void) | undefined;
  let trim: Promise<() => void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    collect ??= openCollect();
    collect();
    trim ??= openTrim();
    clearTimeout(timer);
    timer = setTimeout(() => void trim?.then((trim) => trim()), CALM).unref();
  };
}

/** Milliseconds without anything large after which memory is given back: what comes at once would need it again. */
const CALM = 1_000;

/** Opens a context of V8, which takes half a megabyte: not before it is needed. */
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
