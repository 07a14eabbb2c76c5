// The difference of two files as it is printed: what is cut, sorted and left out.
import { describe, expect, it } from 'vitest';
import type { FileChange } from '../../../export/diff/changes.ts';
import { compareMaps } from '../../../export/diff/changes.ts';
import type { ModelDifference } from '../../../export/diff/index.ts';
import { differenceInWords } from '../../../export/diff/text.ts';

const none: ModelDifference = {
  ...{ before: 'a.onnx', after: 'b.onnx', structure: [], metadata: [], card: [] },
  weights: { equal: 7, changed: [], renamed: [], others: [] },
};
const printed = (difference: Partial<ModelDifference>) =>
  differenceInWords({ ...none, ...difference }).split('\n');
const section = (title: string, difference: Partial<ModelDifference>) => {
  const lines = printed(difference);
  const at = lines.findIndex((line) => line.startsWith(title));
  const end = lines.indexOf('', at);
  return lines.slice(at, end < 0 ? undefined : end);
};

it('of the same twice says so', () => {
  expect(printed({})).toEqual([
    '- a.onnx',
    '+ b.onnx',
    '',
    'structure: the same',
    '',
    'weights: all 7 equal',
    '',
    'card: the same',
    '',
    'answers: not asked, since one of the files has no card',
  ]);
});

describe('weights', () => {
  const weight = { shape: [2, 3], largest: 0.12345 };

  it('are sorted by their share, those without a length first, then what has another name or kind', () => {
    const changed = [
      { ...weight, name: 'little', relative: 0.001 },
      { ...weight, name: 'zeros', relative: Number.POSITIVE_INFINITY },
      { ...weight, name: 'much', relative: 1.5, largest: 1234.5 },
    ];
    const renamed = [{ before: 'old', after: 'new', shape: [4] }];
    const others = [
      { what: 'weight gone', before: 'float32[2]' },
      { what: 'weight here', after: 'int8[2]' },
      { what: 'weight other', before: 'float32[2]', after: 'float32[3]' },
    ];
    expect(section('weights', { weights: { equal: 3, changed, renamed, others } })).toEqual([
      'weights: 3 equal',
      '  ~ zeros [2,3]: at most 0.123',
      '  ~ much [2,3]: by 150.00 %, at most 1.23e+3',
      '  ~ little [2,3]: by 0.10 %, at most 0.123',
      '  ~ old -> new [4]: another name, equal numbers',
      '  - weight gone: float32[2]',
      '  + weight here: int8[2]',
      '  ~ weight other: float32[2] -> float32[3]',
    ]);
    // The list itself stays in its order.
    expect(changed.map(({ name }) => name)).toEqual(['little', 'zeros', 'much']);
  });
});

describe('sections', () => {
  const lines = (count: number): FileChange[] =>
    Array.from({ length: count }, (_, i) => ({ what: `line ${i}`, after: 'x' }));

  it('show twenty lines, and say how many more there are', () => {
    expect(section('structure', { structure: lines(20) })).toHaveLength(21);
    const shown = section('structure', { structure: lines(22) });
    expect(shown).toHaveLength(22);
    expect(shown[0]).toBe('structure');
    expect(shown[20]).toBe('  + line 19: x');
    expect(shown[21]).toBe('  ... and 2 lines more; --json has all');
  });

  it('of what the files say of themselves are there where something differs', () => {
    expect(section('metadata', { metadata: [{ what: 'author', before: 'a', after: 'b' }] })).toEqual([
      'metadata',
      '  ~ author: a -> b',
    ]);
    expect(section('card', { card: [{ what: 'description', before: '"a"' }] })).toEqual([
      'card',
      '  - description: "a"',
    ]);
  });

  it('show what acts on a terminal as its escape', () => {
    expect(section('card', { card: [{ what: 'a\u001b[2J', before: '\u202e' }] })[1]).toBe(
      '  - a\\u001b[2J: \\u202e',
    );
    const answer = { label: '7\n', probability: 0.5 };
    const answers = { n: 1, pictures: 'p', changed: [{ picture: '\u001b', before: answer, after: answer }] };
    expect(section('answers', { answers })[1]).toBe('  ~ \\u001b: 7\\n (50.00 %) -> 7\\n (50.00 %)');
  });
});

describe('long texts', () => {
  const change = (before?: string, after?: string) =>
    section('card', {
      card: [
        { what: 'text', ...(before !== undefined && { before }), ...(after !== undefined && { after }) },
      ],
    })[1];
  const a = (count: number) => 'a'.repeat(count);

  it('are cut after a hundred letters', () => {
    expect(change(a(100))).toBe(`  - text: ${a(100)}`);
    expect(change(a(101))).toBe(`  - text: ${a(100)}...`);
    expect(change(undefined, a(101))).toBe(`  + text: ${a(100)}...`);
  });

  it('of which both are there begin a little before they differ, where that would not be seen', () => {
    expect(change(`${a(80)}b`, `${a(80)}c`)).toBe(`  ~ text: ${a(80)}b -> ${a(80)}c`);
    expect(change(`${a(81)}b`, `${a(81)}c`)).toBe(`  ~ text: ...${a(20)}b -> ...${a(20)}c`);
    expect(change(`${a(300)}b${a(200)}`, a(300))).toBe(`  ~ text: ...${a(20)}b${a(79)}... -> ...${a(20)}`);
    expect(change(a(300), `${a(300)}b`)).toBe(`  ~ text: ...${a(20)} -> ...${a(20)}b`);
  });
});

describe('answers', () => {
  const changed = Array.from({ length: 21 }, (_, i) => ({
    picture: `${i}.png`,
    before: { label: '7', probability: 0.9 },
    after: { label: '1', probability: 0.12345 },
  }));

  it('are counted, those that changed listed, with the largest difference', () => {
    expect(
      section('answers', {
        answers: { n: 30, pictures: 'some', largest: 0.0123, changed: changed.slice(0, 1) },
      }),
    ).toEqual([
      'answers: 1 of 30 changed (some), largest difference of a probability 1.2e-2',
      '  ~ 0.png: 7 (90.00 %) -> 1 (12.35 %)',
    ]);
    const all = section('answers', { answers: { n: 30, pictures: 'some', changed } });
    expect(all[0]).toBe('answers: 21 of 30 changed (some), other labels');
    expect(all.slice(20)).toEqual([
      '  ~ 19.png: 7 (90.00 %) -> 1 (12.35 %)',
      '  ... and 1 lines more; --json has all',
    ]);
  });
});

it('compareMaps lists what changed or went in the order of the first, then what came', () => {
  const before = new Map([
    ['a', '1'],
    ['b', '2'],
    ['c', '3'],
  ]);
  const after = new Map([
    ['d', '4'],
    ['c', '3'],
    ['b', 'two'],
  ]);
  expect(compareMaps(before, after)).toEqual([
    { what: 'a', before: '1' },
    { what: 'b', before: '2', after: 'two' },
    { what: 'd', after: '4' },
  ]);
});
