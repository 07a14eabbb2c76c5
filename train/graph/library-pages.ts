// Loads TensorFlow's library, and gives back what loading has left in memory: pages that are read once and never again.
import { readFileSync } from 'node:fs';
import koffi from 'koffi';

/** RTLD_LAZY, as Node loads addons: bits/dlfcn.h. MADV_DONTNEED: asm-generic/mman-common.h. */
const LAZY = 1;
const DONT_NEED = 4;

/**
 * Loads a library until the process ends, so that the addon finds it loaded, and unmaps its pages that are the same as in
 * its file: 290 MB of TensorFlow, which are tables that the loader has read and initializers that have run. The system
 * keeps them in its own cache as long as it has room, and maps them again when they are used, 16 at a time. Where the
 * library cannot be loaded nothing happens: the addon then says why.
 *
 * @param names - the files whose pages are unmapped, the library's and those of libraries that it needs.
 */
export function loadWithoutPages(path: string, names: RegExp): void {
  const process = koffi.load(null);
  if (process.func('void *dlopen(const char *path, int flags)')(path, LAZY) === null) return;
  const advise = process.func('int madvise(uintptr_t address, size_t length, int advice)');
  for (const { start, end } of unwritten(readFileSync('/proc/self/smaps', 'utf8'), names))
    advise(start, end - start, DONT_NEED);
}

export interface Mapping {
  start: bigint;
  end: bigint;
}

/**
 * The mappings of `smaps` that are of such a file, cannot be written to, and of which no page has been: those the file
 * brings back as they are. Reference: Linux, Documentation/filesystems/proc.rst, section 1.1.
 */
export function unwritten(smaps: string, names: RegExp): Mapping[] {
  return smaps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m).flatMap((entry) => {
    const [, start, end, path = ''] =
      /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ \d+ +(\/.*)$/m.exec(entry) ?? [];
    if (start === undefined || end === undefined || !names.test(path)) return [];
    return /^Anonymous: +0 kB$/m.test(entry)
      ? [{ start: BigInt(`0x${start}`), end: BigInt(`0x${end}`) }]
      : [];
  });
}
