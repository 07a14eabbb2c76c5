// A key opens when it is one of the file's, whole, and no other does, however near.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type KeyRing, readKeys, shownKey } from '../../../serve/http/api-keys.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = 'rZ0mYvIMdcEVHZMMOSVYr3ThB46Ht6Cm';
const file = join(folder, 'keys');
writeFileSync(file, `# ours\nfirst ${KEY}\n\nQm9va3MgYXJlIGEgdW5pcXVl\n`);
const { ring, count } = readKeys(file);

/** A key whose SHA-256 begins, or ends, with the same byte as the known one's. */
function likeness(byte: number): string {
  const wanted = digest(KEY).at(byte);
  for (let i = 0; ; i++) {
    const key = `another-key-${i}-of-enough-characters`;
    if (digest(key).at(byte) === wanted) return key;
  }
}

const digest = (key: string) => createHash('sha256').update(key).digest();

test('its keys open, and have their owners', () => {
  expect(count).toBe(2);
  expect(ring(KEY)).toBe('first');
  expect(ring('Qm9va3MgYXJlIGEgdW5pcXVl')).toBe('line 4');
});

test('no other key does: one with a digest that begins or ends alike, a part, another case, none', () => {
  for (const byte of [0, 15, 31, -1]) expect(ring(likeness(byte))).toBeUndefined();
  for (const key of [KEY.slice(0, -1), `${KEY}=`, KEY.toLowerCase(), '', 'first', `first ${KEY}`])
    expect(ring(key), key).toBeUndefined();
  fc.assert(fc.property(fc.string(), (key) => ring(key) === undefined));
});

test('a key that clients send in different ways is refused by its line', () => {
  const odd = join(folder, 'odd');
  writeFileSync(odd, `first ${KEY}\nsecond pässwordpasswordpassword\n`);
  expect(() => readKeys(odd)).toThrow(/odd, line 2: a key has other characters than those of ASCII/);
});

/** What a file of these lines is read as, or why not. */
function read(text: string): { ring: KeyRing; count: number } {
  const path = join(folder, 'lines');
  writeFileSync(path, text);
  return readKeys(path);
}

test('blanks around a line, between its words and at the ends of its lines say nothing', () => {
  const { ring, count } = read(`  first \t ${KEY}  \r\n\r\n \t\r\n\t# none\r\n${KEY}2 \r\n`);
  expect(count).toBe(2);
  expect([ring(KEY), ring(`${KEY}2`), ring(`${KEY}2\r`), ring('')]).toEqual([
    'first',
    'line 5',
    undefined,
    undefined,
  ]);
});

test.each([
  ['a key of 16 characters', 'a-key-of-sixteen'],
  [
    'each visible character of ASCII',
    `x ${Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).join('')}`,
  ],
])('%s will do', (_, line) => {
  expect(read(line).ring(line.split(' ').at(-1) ?? '')).toBeDefined();
});

test.each([
  ['a key of 15 characters', 'ok 0123456789abcdef\nshort 0123456789abcde'],
  ['a key of 15 characters alone', `${KEY}\n0123456789abcde`],
  ['three words', `ok ${KEY}\nfirst second ${KEY}`],
  ['a word after the key', `ok ${KEY}\nfirst ${KEY} #`],
])('%s is refused by its line, and never shown', (_, text) => {
  expect(() => read(text)).toThrow(
    /lines, line 2: expected ("name key" or )?a key,? of 16 characters at least/,
  );
  for (const word of text.split(/\s/).filter((word) => word.length > 6))
    expect(() => read(text)).not.toThrow(word);
});

test.each(['', '\n\n', '# a comment alone', ' '])('a file of %j holds no key, which is an error', (text) => {
  expect(() => read(text)).toThrow(/lines holds no key: write one on a line/);
});

test('a key with a letter before or after that a header does not carry is refused', () => {
  for (const key of [`é${KEY}`, `${KEY}é`, `${KEY}\u007f`, '\u0001'.repeat(20)])
    expect(() => read(`first ${key}`)).toThrow(/line 1: a key has other characters/);
});

test('a quota stands behind its key, with or without a name, and is that of the name', () => {
  const path = join(folder, 'quotas');
  writeFileSync(
    path,
    `lab ${KEY} requests-per-minute=60 pictures-per-day=9\n${KEY}2 pictures-per-day=5\nfree ${KEY}3\nlab ${KEY}4 pictures-per-day=9 requests-per-minute=60\n`,
  );
  const { ring, quotas, count } = readKeys(path);
  expect(count).toBe(4);
  expect([KEY, `${KEY}2`, `${KEY}3`, `${KEY}4`].map(ring)).toEqual(['lab', 'line 2', 'free', 'lab']);
  expect([...quotas]).toEqual([
    ['lab', { 'requests-per-minute': 60, 'pictures-per-day': 9 }],
    ['line 2', { 'pictures-per-day': 5 }],
    ['free', {}],
  ]);
});

test.each([
  [`lab ${KEY} picture-per-day=5`, /quotas, line 1: there is no quota picture-per-day\. Did you mean/],
  [`${KEY} requests-per-minutes=5`, /quotas, line 1: there is no quota requests-per-minutes\. Did you mean/],
  [
    `lab ${KEY} pictures-per-day=5\nlab ${KEY}2`,
    /quotas, line 2: this name has another quota above: write the same/,
  ],
  ['pictures-per-day=5', /quotas, line 1: expected "name key" or a key/],
])('%j is refused, and no key shown', (text, message) => {
  const path = join(folder, 'quotas');
  writeFileSync(path, text);
  expect(() => readKeys(path)).toThrow(message);
  expect(() => readKeys(path)).not.toThrow(KEY);
});

test('a file that is not there, or a folder, is named with the reason', () => {
  expect(() => readKeys(join(folder, 'none'))).toThrow(
    /^the file of keys cannot be read: .*none: it is not there\./,
  );
  expect(() => readKeys(folder)).toThrow(/^the file of keys cannot be read: .*: it is a folder/);
});

test.each([
  [`Bearer ${KEY}`, undefined, KEY],
  [`bearer   ${KEY}`, undefined, KEY],
  [undefined, KEY, KEY],
  [`Basic ${KEY}`, 'other', 'other'],
  [`Bearer ${KEY} more`, undefined, undefined],
  [`x Bearer ${KEY}`, undefined, undefined],
  [undefined, undefined, undefined],
])('of %j and %j the key is %j', (authorization, apiKey, key) => {
  expect(shownKey(authorization, apiKey)).toBe(key);
});
