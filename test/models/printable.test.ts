// Text from elsewhere, made safe to print: no character of it acts on a terminal, and nothing else of it changes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeJson, printable, printableJson, visible, visibleLines } from '../../models/printable.ts';
import { python } from '../python.ts';

/** What Python's `repr` shows as an escape is not printable: `str.isprintable`, by the Unicode Character Database. */
const pythonSays = (texts: readonly string[]): boolean[] =>
  JSON.parse(
    python(
      'import json, sys; print(json.dumps([t.replace(" ", "").isprintable() for t in json.load(sys.stdin)]))',
      [],
      Buffer.from(JSON.stringify(texts)),
    ),
  );

test('controls, bidirectional overrides and lone surrogates are shown as JSON writes them', () => {
  expect(visible('x\nPOST /classify 200')).toBe('x\\nPOST /classify 200');
  expect(visible('a\r\t\x1b[2J\x9b1m\x7f\0')).toBe('a\\r\\t\\u001b[2J\\u009b1m\\u007f\\u0000');
  expect(visible('user\u202egpj.exe \u2066x\u2069 \u200f\u061c')).toBe(
    'user\\u202egpj.exe \\u2066x\\u2069 \\u200f\\u061c',
  );
  expect(visible('\u2028\u2029\ufeff\u200b')).toBe('\\u2028\\u2029\\ufeff\\u200b');
  expect(visible('\ud800 \udc00 \u{e0041}')).toBe('\\ud800 \\udc00 \\udb40\\udc41');
});

test('letters of all scripts, emoji and what joins them stay', () => {
  for (const text of ['Käse, 猫, قطة, חתול', '👨‍👩‍👧 🏳️‍🌈 👍🏽', 'नमस्ते क्‍ष', 'a\u0301', '\\n', ''])
    expect(visible(text)).toBe(text);
  expect(visibleLines('one\n\ttwo\r\x1b[m')).toBe('one\n\ttwo\\r\\u001b[m');
});

test('whatever is left of any text, Python prints as it is', () => {
  const nasty = fc
    .string({ unit: 'binary' })
    .map((text) => `${text}${String.fromCodePoint(text.length * 37)}`);
  const texts = fc.sample(nasty, { numRuns: 300, seed: 1 });
  const controls = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code));
  // Controls, separators and surrogates; of what Python escapes besides, unassigned and private characters are harmless.
  const harmful = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u;
  for (const text of [...texts, ...controls]) expect(harmful.test(visible(text))).toBe(false);
  const plain = controls.filter((text, code) => text === visible(text) && code < 0x250);
  expect(pythonSays(plain).filter((printable) => !printable).length).toBeLessThanOrEqual(2); // no-break space, soft hyphen
});

test('JSON keeps its value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(undefined, 2), (value, space) => {
      expect(JSON.parse(printableJson(value, space))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 300 },
  );
  const path = 'x\n\u202e\u009b\u{e0041}';
  expect(printableJson({ path })).toBe('{"path":"x\\n\\u202e\\u009b\\udb40\\udc41"}');
  expect(escapeJson('{"a": "\u2028"}\n')).toBe('{"a": "\\u2028"}\n');
});

test('a very long text is cut, and says how long it was', () => {
  expect(printable('a'.repeat(16_000), 10)).toBe('aaaaaaaaaa… (16,000 characters)');
  expect(printable('aaaaaaaaa👍👍', 10)).toBe('aaaaaaaaa… (13 characters)');
  expect(printable('short')).toBe('short');
});
