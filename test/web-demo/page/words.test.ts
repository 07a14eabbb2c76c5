// What the page says in words and numbers: exact where it can be, and never surer than the model is.
import { describe, expect, test } from 'vitest';
import { answerInWords, numberInWords } from '../../../web-demo/page/reading/answer.ts';
import {
  formatBytes,
  formatCount,
  formatMilliseconds,
  formatProbability,
  formatScientific,
} from '../../../web-demo/page/shell/format.ts';

test.each([
  [1, '>99.99 %'],
  [0.99991, '>99.99 %'],
  [0.9987, '99.87 %'],
  [0.951, '95.1 %'],
  [0.42, '42 %'],
  [0.05, '5.0 %'],
  [0.00001, '<0.01 %'],
  [0, '0.0 %'],
])('a probability of %d reads %s', (probability, text) => {
  expect(formatProbability(probability)).toBe(text);
});

test('other numbers', () => {
  expect(formatScientific(3.2e-8)).toBe('3 × 10⁻⁸');
  expect(formatScientific(9.6e-12)).toBe('1 × 10⁻¹¹');
  expect(formatScientific(0)).toBe('0');
  expect(formatBytes(669_597)).toBe('670 kB');
  expect(formatBytes(14_239_897)).toBe('14.2 MB');
  expect(formatMilliseconds(0.44)).toBe('0.4 ms');
  expect(formatMilliseconds(12.4)).toBe('12 ms');
  expect(formatCount(60_000)).toBe('60\u202f000');
  expect(formatCount(999)).toBe('999');
});

describe('the answerInWords', () => {
  const labels = ['0', '1', '2'];

  test('stands alone when it is sure', () => {
    expect(answerInWords([0.02, 0.95, 0.03], labels)).toEqual({ label: '1', words: '95.0 %', sure: true });
  });

  test('names the runner-up when it is not', () => {
    expect(answerInWords([0.3, 0.1, 0.6], labels)).toEqual({
      label: '2',
      words: '60 %, or 0 at 30 %',
      sure: false,
    });
  });

  test('is none of the labels for a picture of another kind, however probable one is', () => {
    expect(answerInWords([0, 1, 0], labels, false)).toEqual({
      ...{ label: '?', words: 'I have only seen digits. Nearest: 1', sure: false },
    });
    expect(answerInWords([0, 1], ['cat', 'dog'], false).words).toBe(
      'I have only seen these 2 kinds of pictures. Nearest: dog',
    );
    const [known, strange] = [{ probabilities: [0, 1, 0] }, { probabilities: [1, 0, 0], known: false }];
    expect(numberInWords([known, strange, known], labels)).toEqual({
      ...{ label: '1?1', words: 'I have only seen digits', sure: false },
    });
    expect(numberInWords([known, known], labels)).toMatchObject({ label: '11', sure: true });
  });
});
