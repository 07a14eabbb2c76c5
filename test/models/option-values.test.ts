// What is promised of numbers among a command's options: the value, or a message that says what is taken and was received.
import { expect, it } from 'vitest';
import { portNumber, realNumber, wholeNumber } from '../../models/option-values.ts';

it.each([
  ['1', 1],
  ['1000', 1000],
  ['007', 7],
])('the whole number %j', (text, value) => {
  expect(wholeNumber('top', text, 1, 1000)).toBe(value);
});

it.each(['0', '1001', '', ' 1', '1.5', '-1', '1e2', '0x10', 'many', '99999999999999999999'])(
  'not the whole number %j',
  (text) => {
    expect(() => wholeNumber('top', text, 1, 1000)).toThrow(
      `--top takes a whole number from 1 to 1000; received ${JSON.stringify(text)}.`,
    );
  },
);

it('a whole number without an upper end is still a number that is exact', () => {
  expect(wholeNumber('steps', '9007199254740991', 1)).toBe(Number.MAX_SAFE_INTEGER);
  for (const text of ['0', '9007199254740993'])
    expect(() => wholeNumber('steps', text, 1)).toThrow('--steps takes a whole number above 0; received');
});

it.each([
  ['0.5', {}, 0.5],
  ['1e-4', { above: 0, below: 1 }, 1e-4],
  ['-3', {}, -3],
  ['0', { least: 0, most: 1 }, 0],
  ['1', { least: 0, most: 1 }, 1],
])('the number %j in %j', (text, range, value) => {
  expect(realNumber('share', text, range)).toBe(value);
});

it.each([
  ['', {}, 'a number'],
  [' ', {}, 'a number'],
  ['much', {}, 'a number'],
  ['Infinity', {}, 'a number'],
  ['NaN', {}, 'a number'],
  ['0', { above: 0 }, 'a number above 0'],
  ['Infinity', { above: 0 }, 'a number above 0'],
  ['1', { above: 0, below: 1 }, 'a number above 0 and below 1'],
  ['1.1', { least: 0, most: 1 }, 'a number from 0 to 1'],
  ['-1', { least: 0 }, 'a number of at least 0'],
  ['2', { most: 1 }, 'a number of at most 1'],
])('not the number %j in %j', (text, range, expected) => {
  expect(() => realNumber('share', text, range)).toThrow(
    `--share takes ${expected}; received ${JSON.stringify(text)}.`,
  );
});

it('says what the number is', () => {
  expect(() => realNumber('learning-rate', 'fast', { above: 0 }, 'a learning rate')).toThrow(
    '--learning-rate takes a learning rate above 0; received "fast".',
  );
});

it('a port', () => {
  expect([portNumber('0'), portNumber('65535')]).toEqual([0, 65_535]);
  expect(() => portNumber('65536')).toThrow('--port takes a whole number from 0 to 65535; received "65536".');
});
