// An id pool: removed ids are reused, so no garbage is made. (A Map with many insertions and deletions allocates a new
// table now and then, and a young collection does not find out that the old tables are garbage: everything that was in
// them stays until a collection of the whole heap.)

export interface IdPool<T> {
  readonly size: number;
  /** @returns the id of the item until it is removed. */
  add(item: T): number;
  /** Removes an item and returns it; undefined when no item has this id. */
  remove(id: number): T | undefined;
  /** All items in the pool. */
  values(): T[];
  /** Calls `visit` with each item and its id. */
  forEach(visit: (item: T, id: number) => void): void;
}

export function createIdPool<T>(): IdPool<T> {
  const items: (T | undefined)[] = [];
  const freeIds: number[] = [];
  return {
    get size() {
      return items.length - freeIds.length;
    },
    add(item) {
      const id = freeIds.pop();
      if (id === undefined) return items.push(item) - 1;
      items[id] = item;
      return id;
    },
    remove(id) {
      const item = items[id];
      if (item === undefined) return undefined;
      items[id] = undefined;
      freeIds.push(id);
      return item;
    },
    values: () => items.filter((item) => item !== undefined),
    forEach(visit) {
      for (const [id, item] of items.entries()) if (item !== undefined) visit(item, id);
    },
  };
}
