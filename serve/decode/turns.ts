// Lets threads take turns: libvips must be started by one of them at a time, sharp's included, or the process crashes.

/** Shared by the threads of a process: 0 is free, 1 is taken. */
export type Turns = Int32Array<SharedArrayBuffer>;

export function createTurns(): Turns {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** Waits for its turn; the calling thread stands still meanwhile. */
export function takeTurn(turns: Turns): void {
  while (Atomics.compareExchange(turns, 0, 0, 1) !== 0) Atomics.wait(turns, 0, 1);
}

export function endTurn(turns: Turns): void {
  Atomics.store(turns, 0, 0);
  Atomics.notify(turns, 0, 1);
}
