// What is promised of JSON in requests: all that may be sent is parsed, and what is only made to be much is not.
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { bytesOfBase64 } from '../../../serve/forms/base64.ts';
import { readJson } from '../../../serve/forms/json.ts';
import { isJson } from '../../../serve/forms/json-text.ts';
import { type JsonBounds, parseJson } from '../../../serve/forms/parse-json.ts';
import { inferRequestSchema } from '../../../serve/openinference/schema.ts';
import { Refusal } from '../../../serve/refusal.ts';

afterEach(() => vi.restoreAllMocks());

const otherwise = 'send less';
const any: JsonBounds = { arrays: 1e6, values: 1e6, texts: 1e6 };

function statusOf(make: () => unknown): number {
  try {
    make();
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
  return 200;
}

/** What is in a value, counted on the value itself. */
function count(value: unknown): JsonBounds {
  if (typeof value === 'string') return { arrays: 0, values: 0, texts: 1 };
  if (typeof value !== 'object' || value === null) return { arrays: 0, values: 0, texts: 0 };
  const children = Object.values(value).map(count);
  const sum = (of: keyof JsonBounds) => children.reduce((all, child) => all + child[of], 0);
  return {
    arrays: sum('arrays') + Number(Array.isArray(value)),
    values: sum('values') + Math.max(children.length, 1), // an empty one is work, too
    texts: sum('texts') + (Array.isArray(value) ? 0 : children.length),
  };
}

const encodings: [name: string, encode: (text: string) => Buffer][] = [
  ['UTF-8', (text) => Buffer.from(text)],
  ['UTF-8 with a mark', (text) => Buffer.from(`\ufeff${text}`)],
  ['UTF-16LE', (text) => Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16BE', (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16()],
];

describe.each(encodings)('in %s', (_, encode) => {
  const values = fc.jsonValue({ stringUnit: 'grapheme', maxDepth: 4 });

  test('a value is what JSON.parse makes of it, within bounds that it just fits', () => {
    fc.assert(
      fc.property(values, (value) => {
        const text = JSON.stringify(value);
        expect(parseJson(encode(text), count(value), otherwise)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('one array, value or text more than may be is 413', () => {
    fc.assert(
      fc.property(values, fc.constantFrom('arrays', 'values', 'texts'), (value, what) => {
        const counted = count(value);
        fc.pre(counted[what] > 0);
        const bytes = encode(JSON.stringify(value));
        const bounds = { ...any, [what]: counted[what] - 1 };
        expect(statusOf(() => parseJson(bytes, bounds, otherwise))).toBe(413);
      }),
    );
  });

  test.each([
    ['brackets', '['.repeat(100_000), 400],
    ['closed brackets', `${'['.repeat(65)}${']'.repeat(65)}`, 400],
    ['objects in each other', `${'{"a":'.repeat(65)}0${'}'.repeat(65)}`, 400],
    ['objects beside each other', `[${Array.from({ length: 1_001 }, () => '{}')}]`, 413],
    ['arrays', `[${Array.from({ length: 1_001 }, () => '[]')}]`, 413],
    ['keys', `{${Array.from({ length: 1_001 }, (_, i) => `"${i}":0`)}}`, 413],
    ['numbers', `[${Array.from({ length: 2_002 }, () => '0')}]`, 413],
    ['keys, then an end too early', `{${'"a":0,'.repeat(1_001)}`, 413],
  ])('too many %s are refused before they are parsed', (_, text, status) => {
    const parse = vi.spyOn(JSON, 'parse');
    const bounds = { arrays: 1_000, values: 2_001, texts: 1_000 };
    expect(statusOf(() => parseJson(encode(text), bounds, otherwise))).toBe(status);
    expect(parse).not.toHaveBeenCalled();
  });

  test.each([
    ['brackets, quotes and backslashes in texts', JSON.stringify(`${'["{\\,'.repeat(1_000)}\\`)],
    ['64 arrays in each other', `${'['.repeat(64)}${']'.repeat(64)}`],
    ['blanks', `${' \n\t\r'.repeat(10_000)}[]`],
  ])('%s may be sent', (_, text) => {
    const bounds = { arrays: 64, values: 64, texts: 1 };
    expect(parseJson(encode(text), bounds, otherwise)).toEqual(JSON.parse(text));
    expect(isJson(encode(text))).toBe(text.trim() !== text || text.startsWith('['));
  });

  test('what is no JSON is 400 in the words of the parser', () => {
    expect(() => parseJson(encode('[1,'), any, otherwise)).toThrow(
      /^failed to parse the JSON of the request: Unexpected end/,
    );
  });
});

test.each([
  ['pictures in base64', `{"images": [${Array.from({ length: 5 }, () => '"AAAA"')}]}`],
  ['pictures that are none', `{"images": [${Array.from({ length: 100_000 }, () => '0')}]}`],
  ['pictures of pixels', `[${Array.from({ length: 100_000 }, () => '[[[0]]]')}]`],
  ['pictures of no pixels', `{"pixels": [${Array.from({ length: 100_000 }, () => '[[[]]]')}]}`],
])('%s beyond the most of a request are counted, not made', (_, text) => {
  const trace = vi.spyOn(Error, 'captureStackTrace');
  const made = [vi.spyOn(Buffer, 'from'), trace, vi.spyOn(Uint8Array.prototype, 'set')];
  const body = new TextEncoder().encode(text);
  expect(() => readJson(body, 4)).toThrow(/^received \d+ pictures, expected 4 at most$/);
  for (const spy of made) expect(spy).not.toHaveBeenCalled();
});

test.each(['inputs', 'outputs'])('a bad element of many %s is not described a thousand times', (field) => {
  const input = { name: 'image', shape: [1], datatype: 'UINT8' };
  const whole = { inputs: [input], [field]: Array.from({ length: 100_000 }, () => 0) };
  expect(inferRequestSchema.safeParse(whole).error?.issues).toEqual([
    expect.objectContaining({ path: [field], message: 'received 100000 elements, expected 16 at most' }),
  ]);
});

test('nor is a side of a shape', () => {
  const shape = Array.from({ length: 100_000 }, () => -1);
  const result = inferRequestSchema.safeParse({ inputs: [{ name: 'image', shape, datatype: 'UINT8' }] });
  expect(result.error?.issues).toEqual([
    expect.objectContaining({ message: 'received 100000 elements, expected 8 at most' }),
  ]);
});

test('as many objects as may be are read, and one more is not', () => {
  const objects = (n: number) => new TextEncoder().encode(`[${Array.from({ length: n }, () => '{}')}]`);
  expect(parseJson(objects(1_000), any, otherwise)).toHaveLength(1_000);
  expect(statusOf(() => parseJson(objects(1_001), any, otherwise))).toBe(413);
});

test('half a mark, or zeros before a bracket, are no JSON', () => {
  const [brace, zero] = [0x7b, 0];
  for (const bytes of [
    [zero, brace],
    [0xff, zero, brace],
    [0xef, zero, zero, brace],
  ])
    expect(isJson(Uint8Array.from(bytes))).toBe(false);
  expect(isJson(Uint8Array.of(0xfe, 0xff, zero, brace))).toBe(true);
});

describe('base64', () => {
  test('is decoded as a browser does it, also with blanks, without an end and in the alphabet of addresses', () => {
    const blank = fc.constantFrom('', ' ', '\n', '\r\n', '\t');
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 60 }),
        blank,
        fc.boolean(),
        (bytes, between, url) => {
          const text = Buffer.from(bytes).toString(url ? 'base64url' : 'base64');
          const sent = [between, ...text].join(between);
          expect(Uint8Array.from(bytesOfBase64(sent) ?? [])).toEqual(bytes);
          const standard = sent.replaceAll('-', '+').replaceAll('_', '/');
          expect(Buffer.from(atob(standard), 'latin1')).toEqual(Buffer.from(bytes));
        },
      ),
    );
  });

  test('is nothing else', () => {
    for (const text of ['', ' \n', '=', '==', 'AA=A', 'AAA===', 'a picture!', 'QQ==x', 'ä', 'data:,QQ=='])
      expect(bytesOfBase64(text), text).toBeUndefined();
  });

  test('with many blanks is read in one go, whatever follows them', { timeout: 5_000 }, () => {
    const blanks = ' '.repeat(100_000); // each looked at again from each takes half a minute
    for (const end of ['!', '=', 'A', '= = =', '=A'])
      expect(bytesOfBase64(`A${blanks}${end}`) === undefined, end).toBe(!['=', 'A'].includes(end));
  });
});
