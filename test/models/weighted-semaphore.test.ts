// What a weighted semaphore promises: the sum of running weights stays within the capacity, and every task runs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSemaphore } from '../../models/weighted-semaphore.ts';
import { within } from '../turns.ts';

test('keeps the sum of weights within the capacity, except for one that is heavier alone', async () => {
  const tasks = fc.array(fc.record({ weight: fc.integer({ min: 1, max: 20 }), fails: fc.boolean() }));
  await fc.assert(
    fc.asyncProperty(tasks, async (tasks) => {
      const withCapacity = createSemaphore(10);
      const running: number[] = [];
      let done = 0;
      const all = tasks.map(({ weight, fails }) =>
        withCapacity(weight, async () => {
          running.push(weight);
          const sum = running.reduce((a, b) => a + b, 0);
          expect(sum <= 10 || running.length === 1).toBe(true);
          await new Promise(setImmediate);
          running.splice(running.indexOf(weight), 1);
          done++;
          if (fails) throw new Error('damaged');
        }),
      );
      // Each task takes two turns, at worst one after the other.
      const settled = await within(4 * tasks.length + 4, Promise.allSettled(all));
      expect(done).toBe(tasks.length);
      expect(settled.map(({ status }) => status === 'rejected')).toEqual(tasks.map(({ fails }) => fails));
    }),
    { numRuns: 50 },
  );
});

test('runs first what came first', async () => {
  const withCapacity = createSemaphore(2);
  const order: string[] = [];
  const task = (name: string) => async () => {
    order.push(name);
    await new Promise(setImmediate);
  };
  const all = [withCapacity(1, task('a')), withCapacity(2, task('heavy')), withCapacity(1, task('light'))];
  await within(20, Promise.all(all));
  expect(order).toEqual(['a', 'heavy', 'light']);
});

test('runs at once what still fits, to the last of the capacity, and one more only when there is room', async () => {
  const withCapacity = createSemaphore(10);
  const running = new Map<string, () => void>();
  const task = (name: string) => () => new Promise<void>((end) => running.set(name, end));
  const all = [
    withCapacity(4, task('four')),
    withCapacity(6, task('six')),
    withCapacity(1, task('one')),
    withCapacity(3, task('three')),
  ];
  await new Promise(setImmediate);
  expect([...running.keys()]).toEqual(['four', 'six']);
  running.get('four')?.();
  await new Promise(setImmediate);
  expect([...running.keys()]).toEqual(['four', 'six', 'one', 'three']);
  for (const end of running.values()) end();
  await within(20, Promise.all(all));
});
