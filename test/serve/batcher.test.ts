// What the batcher promises: everything that waits goes into the next run, and a failing run fails only itself.
import { expect, test } from 'vitest';
import { createBatcher } from '../../serve/sessions/batcher.ts';

test('runs what arrives together as one batch, and gives each its own output', async () => {
  const sizes: number[] = [];
  const run = createBatcher(async (inputs: readonly number[]) => {
    sizes.push(inputs.length);
    return inputs.map((input) => input * 2);
  }, 8);
  const results = await Promise.all([1, 2, 3].map(run));
  expect(results.map(({ output }) => output)).toEqual([2, 4, 6]);
  expect(sizes).toEqual([3]);
});

test('gathers what arrives during a run, up to the largest batch, in order', async () => {
  const batches: number[][] = [];
  let finish = () => {};
  const run = createBatcher(async (inputs: readonly number[]) => {
    batches.push([...inputs]);
    if (batches.length === 1) await new Promise<void>((resolve) => (finish = resolve));
    return inputs;
  }, 4);
  const first = run(0);
  await expect.poll(() => batches.length).toBe(1);
  const others = [1, 2, 3, 4, 5].map(run);
  finish();
  await Promise.all([first, ...others]);
  expect(batches).toEqual([[0], [1, 2, 3, 4], [5]]);
});

test('a run that fails fails its own batch, and the next one runs', async () => {
  let calls = 0;
  const run = createBatcher(async (inputs: readonly number[]) => {
    if (++calls === 1) throw new Error('no memory');
    return inputs;
  }, 2);
  const results = await Promise.allSettled([1, 2, 3].map(run));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});
