// The newest drawing wins: one question at a time, and those that are overtaken are never asked.
import { expect, test } from 'vitest';
import { latestOnly } from '../../../web-demo/page/shell/latest.ts';

function recorder() {
  const asked: number[] = [];
  const answers: (() => void)[] = [];
  const latest = latestOnly();
  const ask = (value: number) =>
    latest.ask(() => {
      asked.push(value);
      return new Promise((resolve) => answers.push(resolve));
    });
  async function answer() {
    answers.shift()?.();
    await new Promise((resolve) => setTimeout(resolve));
  }
  return { asked, latest, ask, answer };
}

test('while one is under way, only the newest of the others is kept, and only it is asked', async () => {
  const { asked, ask, answer } = recorder();
  for (const value of [1, 2, 3, 4]) ask(value);
  expect(asked).toEqual([1]);
  await answer();
  expect(asked).toEqual([1, 4]);
  await answer();
  ask(5);
  expect(asked).toEqual([1, 4, 5]);
});

test('what was canceled is not asked', async () => {
  const { asked, latest, ask, answer } = recorder();
  ask(1);
  ask(2);
  latest.cancel();
  await answer();
  expect(asked).toEqual([1]);
});
