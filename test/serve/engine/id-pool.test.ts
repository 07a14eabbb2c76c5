// What is promised of slots: each thing is found by its number until it is taken, whoever comes and goes meanwhile.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlots } from '../../../serve/engine/id-pool.ts';

test('they are a map whose numbers are used again', () => {
  // Puts a thing for true; takes out the n-th of those that are there for a number.
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant(true as const), fc.nat(9))), (steps) => {
      const slots = createSlots<string>();
      const there = new Map<number, string>();
      let most = 0;
      for (const [i, step] of steps.entries()) {
        if (step === true) {
          const number = slots.put(`thing ${i}`);
          expect(there.has(number)).toBe(false);
          there.set(number, `thing ${i}`);
        } else {
          const number = [...there.keys()][step] ?? 1000;
          expect(slots.take(number)).toBe(there.get(number));
          there.delete(number);
          expect(slots.take(number)).toBeUndefined();
        }
        most = Math.max(most, there.size);
        expect(slots.size).toBe(there.size);
        expect(slots.values().sort()).toEqual([...there.values()].sort());
        for (const number of there.keys()) expect(number).toBeLessThan(most);
      }
    }),
  );
});
