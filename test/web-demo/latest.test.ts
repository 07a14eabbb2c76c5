// The newest drawing wins: one question at a time, and those that are overtaken are never asked.
import { expect, test } from 'vitest';
import { latestOnly } from '../../web-demo/src/latest.ts';

function recorder() {
  const sent: number[] = [];
  const made: number[] = [];
  const latest = latestOnly<number>((value) => sent.push(value));
  const ask = (value: number) =>
    latest.ask(() => {
      made.push(value);
      return value;
    });
  return { sent, made, latest, ask };
}

test('while one is under way, only the newest of the others is kept, and only it is made', () => {
  const { sent, made, latest, ask } = recorder();
  for (const value of [1, 2, 3, 4]) ask(value);
  expect(sent).toEqual([1]);
  latest.answered();
  expect(sent).toEqual([1, 4]);
  latest.answered();
  latest.answered();
  expect(made).toEqual([1, 4]);
  ask(5);
  expect(sent).toEqual([1, 4, 5]);
});

test('what was cancelled is not asked', () => {
  const { sent, latest, ask } = recorder();
  ask(1);
  ask(2);
  latest.cancel();
  latest.answered();
  expect(sent).toEqual([1]);
});
