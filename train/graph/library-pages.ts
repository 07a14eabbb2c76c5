// Gives back what loading TensorFlow's library has left in memory: pages that are read once and never again.
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

/** MADV_DONTNEED: linux/asm-generic/mman-common.h. */
const DONT_NEED = 4;

/**
 * Unmaps the pages of libraries whose file name matches `library`: 290 MB after loading TensorFlow, of tables that the
 * loader has read and of initialisers that have run. They are as they lie in the file, which the system keeps in its
 * own cache as long as it has room, and come back at the first touch, 16 at a time. A mapping that anything was written
 * to, which the file could not bring back, is left alone. Elsewhere than on Linux nothing happens.
 */
export function releaseLibraryPages(library: RegExp): void {
  if (process.platform !== 'linux') return;
  const advise = koffi.load(null).func('int madvise(uintptr_t address, size_t length, int advice)');
  for (const { start, end } of unwritten(readFileSync('/proc/self/smaps', 'utf8'), library))
    advise(start, end - start, DONT_NEED);
}

export interface Mapping {
  start: bigint;
  end: bigint;
}

/**
 * The mappings of `smaps` that are of such a file, cannot be written to, and have no page of their own.
 * Reference: Linux, Documentation/filesystems/proc.rst, section 1.1.
 */
export function unwritten(smaps: string, library: RegExp): Mapping[] {
  return smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).flatMap((entry) => {
    const [, start, end, path = ''] =
      /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \d+ +(\/.*)$/m.exec(entry) ?? [];
    if (start === undefined || end === undefined || !library.test(path)) return [];
    return /^Anonymous: +0 kB$/m.test(entry) ? [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }] : [];
  });
}
