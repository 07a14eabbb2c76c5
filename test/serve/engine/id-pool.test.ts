// What is promised of an id pool: an item is found by its id until it is removed, and ids are reused.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createIdPool } from '../../../serve/engine/id-pool.ts';

test('it is a map whose ids are reused', () => {
  // Adds an item for `true`; for a number, removes the n-th of those in the pool.
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(true as const), fc.nat(9))), (steps) => {
      const pool = createIdPool<string>();
      const expected = new Map<number, string>();
      let most = 0;
      for (const [i, step] of steps.entries()) {
        if (step === true) {
          const id = pool.add(`item ${i}`);
          expect(expected.has(id)).toBe(false);
          expected.set(id, `item ${i}`);
        } else {
          const id = [...expected.keys()][step] ?? 1000;
          expect(pool.remove(id)).toBe(expected.get(id));
          expected.delete(id);
          expect(pool.remove(id)).toBeUndefined();
        }
        most = Math.max(most, expected.size);
        expect(pool.size).toBe(expected.size);
        expect(pool.values().sort()).toEqual([...expected.values()].sort());
        const visited = new Map<number, string>();
        pool.forEach((item, id) => void visited.set(id, item));
        expect(visited).toEqual(expected);
        for (const id of expected.keys()) expect(id).toBeLessThan(most);
      }
    }),
  );
});
