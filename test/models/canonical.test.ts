// JSON with one spelling per value, held against Python's and against the examples of RFC 8785.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../models/canonical.ts';
import { python } from '../python.ts';

const ascii = fc.string({ unit: 'binary-ascii', maxLength: 5 });
/** Whole numbers among them, which JavaScript keeps first in every object. */
const key = fc.oneof(ascii, fc.nat(200).map(String));
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    ascii,
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(key, tie('tree'), { maxKeys: 6 }),
  ),
}));

it('is what Python writes with sorted keys and no blanks', () => {
  const values = fc.sample(tree, { numRuns: 300, seed: 1 });
  const dump = `
import json, sys
print(json.dumps([json.dumps(v, sort_keys=True, separators=(',', ':')) for v in json.load(sys.stdin)]))`;
  const theirs: string[] = JSON.parse(python(dump, [], Buffer.from(JSON.stringify(values))));
  // Python writes the character 0x7F as an escape, JSON need not.
  expect(values.map(canonicalJson)).toEqual(theirs.map((text) => text.replaceAll('\\u007f', '\u007f')));
});

it('sorts keys as RFC 8785 does, section 3.2.3, and leaves lists as they are', () => {
  const keys = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'];
  const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
  expect([...text.matchAll(/"((?:[^"\\]|\\.)*)":0/gu)].map(([, key]) => JSON.parse(`"${key}"`))).toEqual(
    sorted,
  );
  expect(canonicalJson([3, 1, { b: [2, 1], a: null }])).toBe('[3,1,{"a":null,"b":[2,1]}]');
});

it('leaves out what is undefined, and honors toJSON', () => {
  expect(canonicalJson({ b: undefined, a: new Date(0) })).toBe('{"a":"1970-01-01T00:00:00.000Z"}');
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, { a: [Number.NEGATIVE_INFINITY] }])(
  'refuses %s: no number',
  (value) => {
    expect(() => canonicalJson(value)).toThrow(
      /^JSON cannot hold (NaN|-?Infinity): every number must be finite$/,
    );
  },
);

it.each([undefined, () => 1])('refuses %s as the value itself', (value) => {
  expect(() => canonicalJson(value)).toThrow(/^JSON cannot hold a value of type (undefined|function)$/);
});
