// A buffer pool: request bodies are read into buffers that are reused. A body lives through several young collections
// while it waits for its response; without the pool, about sixty bodies of 100 kB caused a collection of the whole heap,
// which took 5 % of all CPU time under load.

export interface BufferPool {
  /** @returns a buffer of at least `bytes` bytes; its content is undefined. */
  take(bytes: number): Buffer;
  /** Returns a buffer to the pool; nobody may read it afterwards. */
  giveBack(buffer: Buffer): void;
}

/** Smallest and largest body, in bytes, for which a pooled buffer is worth while. */
const MIN_BODY = 4 * 1024;
const MAX_BODY = 1024 * 1024;

/** Sizes of buffers are multiples of this, in bytes. */
const STEP = 32 * 1024;

/** Bytes of unused buffers that the pool keeps at most. */
const MAX_KEPT = 16 * 1024 * 1024;

export function createBufferPool(maxKept = MAX_KEPT): BufferPool {
  /** In the order in which they were given back. */
  const spare: Buffer[] = [];
  let kept = 0;
  return {
    take(bytes) {
      const at = spare.findLastIndex(({ length }) => length >= bytes && length <= 2 * bytes + STEP);
      const [buffer] = at === -1 ? [] : spare.splice(at, 1);
      if (buffer === undefined) return Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP) * STEP);
      kept -= buffer.length;
      return buffer;
    },
    giveBack(buffer) {
      spare.push(buffer);
      kept += buffer.length;
      while (kept > maxKept) kept -= spare.shift()?.length ?? kept;
    },
  };
}

/** Whether a body of so many bytes is read into a pooled buffer: smaller ones cost little, larger ones are rare. */
export function isPooled(bytes: number): boolean {
  return bytes >= MIN_BODY && bytes <= MAX_BODY;
}
