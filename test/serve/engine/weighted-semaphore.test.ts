// What the gate promises: never more weight inside than its capacity, and everything gets its turn.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGate } from '../../../serve/engine/weighted-semaphore.ts';

test('keeps the sum of weights within the capacity, except for one that is heavier alone', async () => {
  const works = fc.array(fc.record({ weight: fc.integer({ min: 1, max: 20 }), fails: fc.boolean() }));
  await fc.assert(
    fc.asyncProperty(works, async (works) => {
      const whenRoom = createGate(10);
      const inside: number[] = [];
      let done = 0;
      const all = works.map(({ weight, fails }) =>
        whenRoom(weight, async () => {
          inside.push(weight);
          const sum = inside.reduce((a, b) => a + b, 0);
          expect(sum <= 10 || inside.length === 1).toBe(true);
          await new Promise(setImmediate);
          inside.splice(inside.indexOf(weight), 1);
          done++;
          if (fails) throw new Error('damaged');
        }),
      );
      const settled = await Promise.allSettled(all);
      expect(done).toBe(works.length);
      expect(settled.map(({ status }) => status === 'rejected')).toEqual(works.map(({ fails }) => fails));
    }),
    { numRuns: 50 },
  );
});

test('lets in first who came first', async () => {
  const whenRoom = createGate(2);
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(name);
    await new Promise(setImmediate);
  };
  await Promise.all([whenRoom(1, work('a')), whenRoom(2, work('heavy')), whenRoom(1, work('light'))]);
  expect(order).toEqual(['a', 'heavy', 'light']);
});
