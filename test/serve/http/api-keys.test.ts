// A key opens when it is one of the file's, whole, and no other does, however near.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { readKeys, shownKey } from '../../../serve/http/api-keys.ts';

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
