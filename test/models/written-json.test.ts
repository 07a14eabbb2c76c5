// What is promised of JSON that people write: whatever their editor puts around it, it is read as it is meant.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decoded, parseWrittenJson } from '../../models/written-json.ts';

const value = {
  labels: ['a // no comment', 'b /* none */', 'ü', ',]', 'a ",] // "'],
  input: { size: [1, 2] },
};
const text = JSON.stringify(value, undefined, 2);
const utf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

test.each<[string, Uint8Array | string]>([
  ['as it is', Buffer.from(text)],
  ['a byte order mark', Buffer.from(`\uFEFF${text}`)],
  ['a byte order mark in a text', `\uFEFF${text}`],
  ['UTF-16, as PowerShell writes', utf16(text)],
  ['UTF-16, big-endian', utf16(text).swap16()],
  ['line ends of Windows', Buffer.from(text.replaceAll('\n', '\r\n'))],
  ['comments', text.replaceAll('\n', ' // a "comment"\n').replace('{', '/* one\n * more */{')],
  ['commas too many', text.replace(/(["\]}])(\s*[\]}])/g, '$1, /* , */ $2')],
])('%s', (_, file) => {
  expect(parseWrittenJson(file)).toEqual(value);
});

test('comments between any two words change nothing', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('/* "[,] */', '// }"\n', ' \r\n'), (json, between) => {
      // Between words alone: strings are kept whole.
      const commented = json.replace(/"(?:[^"\\]|\\.)*"|[[\]{}:,]/g, (word) => `${between}${word}${between}`);
      expect(parseWrittenJson(commented)).toEqual(JSON.parse(json));
    }),
    { numRuns: 200 },
  );
});

test.each(['', '{', '[1 2]', '{"a": 1,,}', '{/*}', "{'a': 1}"])('%j is an error', (wrong) => {
  expect(() => parseWrittenJson(wrong)).toThrow(SyntaxError);
});

test('a byte order mark is one at the beginning, of both its bytes', () => {
  expect(parseWrittenJson('["\uFEFF"]')).toEqual(['\uFEFF']);
  for (const bytes of [
    [0xff, 0x41],
    [0x41, 0xfe],
    [0xfe, 0x41],
    [0x41, 0xff],
  ])
    expect(decoded(Uint8Array.from(bytes))).toBe(Buffer.from(bytes).toString('utf8'));
});

test('an error names the place in the file, whatever comments are before it', () => {
  expect(() => parseWrittenJson('/* 1 */ {"a" 1}')).toThrow(/at position 13/);
});
