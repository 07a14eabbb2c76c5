// Things that come and go, by numbers that are used again. A Map that much goes through makes itself a new table now and
// then, and the collector of young garbage does not see that old tables are garbage: all that was in them stays until the
// whole heap is collected.

export interface Slots<T> {
  readonly size: number;
  /** @returns its number until it is taken out. */
  put(thing: T): number;
  /** Takes a thing out; undefined when there is none of that number. */
  take(number: number): T | undefined;
  /** All that are there. */
  values(): T[];
}

export function createSlots<T>(): Slots<T> {
  const things: (T | undefined)[] = [];
  const free: number[] = [];
  return {
    get size() {
      return things.length - free.length;
    },
    put(thing) {
      const number = free.pop();
      if (number === undefined) return things.push(thing) - 1;
      things[number] = thing;
      return number;
    },
    take(number) {
      const thing = things[number];
      if (thing === undefined) return undefined;
      things[number] = undefined;
      free.push(number);
      return thing;
    },
    values: () => things.filter((thing) => thing !== undefined),
  };
}
