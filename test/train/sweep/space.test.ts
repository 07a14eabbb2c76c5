// Ranges and lists of a sweep: what is read, what is refused, and in which words.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dimensionInWords, extremesOf, middleOf, readDimension } from '../../../train/sweep/space.ts';

const whole = (text: string) => /^\d+$/.test(text);
const any = () => true;

describe('readDimension', () => {
  it.each([
    ['0.001..0.1', { kind: 'real', low: 0.001, high: 0.1, log: false }],
    ['log:1e-4..1e-1', { kind: 'real', low: 0.0001, high: 0.1, log: true }],
    ['.5..1.', { kind: 'real', low: 0.5, high: 1, log: false }],
    ['-10..10', { kind: 'real', low: -10, high: 10, log: false }],
    ['0..1', { kind: 'real', low: 0, high: 1, log: false }],
  ])('reads %s', (text, expected) => {
    expect(readDimension('x', text, any)).toEqual({ option: 'x', ...expected });
  });

  it('draws whole numbers where the option takes no others', () => {
    expect(readDimension('epochs', '3..10', whole)).toMatchObject({ kind: 'whole', low: 3, high: 10 });
    expect(readDimension('epochs', 'log:16..256', whole)).toMatchObject({ kind: 'whole', log: true });
  });

  it.each(['{sgd,adam}', 'sgd|adam', '{ sgd , adam }'])('reads the list %s', (text) => {
    expect(readDimension('x', text, any)).toEqual({ option: 'x', kind: 'choice', values: ['sgd', 'adam'] });
  });

  it.each(['0.1', 'adam', '../pets', './a/../b', '../2', '10m', '-5'])(
    'leaves %s to the training',
    (text) => {
      expect(readDimension('x', text, any)).toBeUndefined();
    },
  );

  it.each([
    ['0.1..0.1', '--x takes a range from a smaller to a larger number; received "0.1..0.1".'],
    ['2..1', '--x takes a range from a smaller to a larger number; received "2..1".'],
    ['log:0..1', '--x log: takes numbers above 0, which have a logarithm; received "log:0..1".'],
    ['log:adam', '--x log: takes two numbers, such as log:1e-4..1e-1; received "log:adam".'],
    ...['1e-3...1e-1', '0...5', '1...', '0.1..', '..0.1', '0.1..fast', '0.1..1..2', 'ln:0.1..1'].map(
      (text) => [
        text,
        `--x takes a range of two numbers with two dots, such as 0.001..0.1 or log:1e-4..1e-1; received "${text}".`,
      ],
    ),
    ['{a}', `--x takes a list of two different values or more, such as '{a,b,c}'; received "{a}".`],
    ['a|a', `--x takes a list of two different values or more, such as '{a,b,c}'; received "a|a".`],
    ['a|', `--x takes a list of two different values or more, such as '{a,b,c}'; received "a|".`],
  ])('refuses %s', (text, message) => {
    expect(() => readDimension('x', text, any)).toThrow(message);
  });

  it('reads what any two numbers are written as, and its middle lies between them', () => {
    const number = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(number, number, fc.boolean(), (a, b, log) => {
        fc.pre(a !== b);
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const dimension = readDimension('x', `${log ? 'log:' : ''}${low}..${high}`, any);
        expect(dimension).toEqual({ option: 'x', kind: 'real', low, high, log });
        if (dimension === undefined || high / low < 1.01) return;
        expect(Number(middleOf(dimension))).toBeGreaterThan(low);
        expect(Number(middleOf(dimension))).toBeLessThan(high);
        expect(extremesOf(dimension).map(Number)).toEqual([low, high]);
      }),
    );
  });

  it('says what is searched', () => {
    const words = (text: string, accepts = any) => {
      const dimension = readDimension('x', text, accepts);
      return dimension && dimensionInWords(dimension);
    };
    expect(words('log:1e-4..1e-1')).toBe('0.0001 to 0.1, evenly by its logarithm');
    expect(words('3..10', whole as typeof any)).toBe('3 to 10, whole numbers');
    expect(words('{sgd,adam}')).toBe('sgd, adam');
  });
});
