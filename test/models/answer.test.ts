// What is promised of answers: each task has its own form, and a caller that reads another is told.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, checkTask, otherTask } from '../../models/answer.ts';

const labels = ['a', 'b', 'c'];

it('one label: the best, and those that were asked for', () => {
  expect(answerOf({ task: 'single', labels }, [0.25, 0.5, 0.25], 2)).toEqual({
    ...{ task: 'single', label: 'b', probability: 0.5 },
    predictions: [
      { label: 'b', probability: 0.5 },
      { label: 'a', probability: 0.25 },
    ],
  });
  expect(() => answerOf({ task: 'single', labels: [] }, [])).toThrow('the model has no labels');
});

describe('several labels', () => {
  it('a probability that is the threshold is an answer, the next smaller one is none', () => {
    const card = { task: 'multi', labels, thresholds: [0.5, 0.5, 0] } as const;
    const below = 0.5 - 2 ** -25; // the float32 next to 0.5
    expect(
      answerOf({ ...card, labels: [...labels], thresholds: [...card.thresholds] }, [below, 0.5, 0]),
    ).toEqual({
      task: 'multi',
      labels: [
        { label: 'b', probability: 0.5 },
        { label: 'c', probability: 0 },
      ],
      predictions: [
        { label: 'b', probability: 0.5, threshold: 0.5 },
        { label: 'a', probability: below, threshold: 0.5 },
        { label: 'c', probability: 0, threshold: 0 },
      ],
    });
  });

  it('are those at their thresholds, whatever is asked for; of NaN there are none', () => {
    const value = fc.float({ min: 0, max: 1 });
    const three = fc.array(value, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(three, three, fc.integer({ min: 1, max: 3 }), (thresholds, output, top) => {
        const answer = answerOf({ task: 'multi', labels, thresholds }, output, top);
        if (answer.task !== 'multi') throw new Error('the task');
        const expected = labels.filter((_, k) => (output[k] ?? 0) >= (thresholds[k] ?? 0));
        expect(answer.labels.map(({ label }) => label).toSorted()).toEqual(expected);
        expect(answer.predictions).toHaveLength(top);
      }),
    );
    const none = answerOf({ task: 'multi', labels, thresholds: [0, 0, 0] }, [
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(none).toMatchObject({ labels: [] });
  });
});

it('numbers: by their names, and which are outside of their range; its ends are inside', () => {
  const range = { min: -1, max: 1, deviation: 1 };
  const card = {
    task: 'regression',
    labels: ['__proto__', 'x', 'y', 'z'],
    ranges: [range, range, range, range],
  };
  const answer = answerOf({ ...card, task: 'regression' }, [1, -1, 1.0000001, Number.NaN]);
  expect(answer).toMatchObject({ task: 'regression', outside: ['y', 'z'] });
  expect(Object.entries('values' in answer ? answer.values : {})).toEqual([
    ['__proto__', 1],
    ['x', -1],
    ['y', 1.0000001],
    ['z', Number.NaN],
  ]);
});

it('a task is one of those that there are', () => {
  expect(checkTask()).toBe('single');
  expect(checkTask('any')).toBe('any');
  expect(() => checkTask('toString' as never)).toThrow('task: received "toString", expected single, multi,');
  expect(otherTask({ task: 'multi' }, 'any')).toBeUndefined();
  expect(otherTask({ task: 'multi' }, 'multi')).toBeUndefined();
  expect(otherTask({ task: 'single' }, 'regression')).toMatch(
    /^it answers with one label, expected numbers: /,
  );
});
