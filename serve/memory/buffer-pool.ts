// Memory for bodies, which is used again. A body outlives several young collections while it waits for its answer; left
// to the collector, some sixty of 100 kB brought about a collection of the whole heap, 5 % of all CPU time under load.

export interface Rooms {
  /** @returns at least so many bytes, with whatever was in them before. */
  take(bytes: number): Buffer;
  /** Nobody may read the room any more. */
  giveBack(room: Buffer): void;
}

/** Bytes from which, and up to which, a room is worth while. */
const LEAST = 4 * 1024;
const MOST = 1024 * 1024;

/** Rooms are multiples of so many bytes. */
const STEP = 32 * 1024;

/** Bytes that are kept for bodies to come. */
const KEPT = 16 * 1024 * 1024;

export function createRooms(most = KEPT): Rooms {
  /** Those that were given back last are at the end. */
  const spare: Buffer[] = [];
  let kept = 0;
  return {
    take(bytes) {
      const at = spare.findLastIndex(({ length }) => length >= bytes && length <= 2 * bytes + STEP);
      const [room] = at === -1 ? [] : spare.splice(at, 1);
      if (room === undefined) return Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP) * STEP);
      kept -= room.length;
      return room;
    },
    giveBack(room) {
      spare.push(room);
      kept += room.length;
      while (kept > most) kept -= spare.shift()?.length ?? kept;
    },
  };
}

/** Whether a body of so many bytes gets a room: smaller ones are no burden, larger ones are rare. */
export function deservesRoom(bytes: number): boolean {
  return bytes >= LEAST && bytes <= MOST;
}
