// API keys: read from a file, kept as digests, compared in constant time.
import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { messageOf, UserError } from '../../models/errors.ts';
import { systemReason } from '../../models/system-reason.ts';
import { decoded } from '../../models/written-json.ts';
import { isQuotaWord, parseQuota, type Quota } from './quotas.ts';

/** Characters that a key must have at least: 22 of base64 are 128 bits. */
const LEAST = 16;

/** Of a file of keys: it is read between requests, and each request is compared with all of its keys. */
const MOST_BYTES = 1024 * 1024;

const MAKE_ONE = 'Make one with: openssl rand -base64 24';

/** What a header carries as it is, whatever the client. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** The name of a key's owner; undefined when there is no such key. */
export type KeyRing = (key: string) => string | undefined;

/** What a file of keys says. */
export interface Keys {
  readonly ring: KeyRing;
  readonly count: number;
  /** Of the owners that have one, by their names. */
  readonly quotas: ReadonlyMap<string, Quota>;
}

/**
 * Reads a file of keys.
 *
 * @throws UserError when the file cannot be read, and as `parseKeys` does.
 */
export function readKeys(path: string): Keys {
  return parseKeys(readKeyFile(path), path);
}

/**
 * The bytes of a file of keys.
 *
 * @param waits - whether it may be a pipe, such as `<(decrypt keys)`, until whose end everything waits.
 * @throws UserError when it cannot be read, or is longer than lists of keys are.
 */
export function readKeyFile(path: string, { waits = true } = {}): Uint8Array {
  try {
    const found = statSync(path);
    if (found.size > MOST_BYTES)
      throw new Error(`it has ${found.size.toLocaleString('en')} bytes, expected 1 MiB at most`);
    if (!waits && !found.isFile() && !found.isDirectory())
      throw new Error('it is a pipe or a device, expected a file');
    return readFileSync(path);
  } catch (error) {
    throw new UserError(
      `the file of keys cannot be read: ${path}: ${systemReason(error) ?? messageOf(error)}. Write "name key" on each line. ${MAKE_ONE}`,
    );
  }
}

/**
 * Parses a file of keys: one on each line, `name key` or the key alone, and behind it the quota of its owner,
 * `requests-per-minute=60 pictures-per-day=10000`; empty lines and those that start with # are ignored.
 *
 * @throws UserError when it holds no key, or one too short to be safe, or two quotas of one name; it never shows a key.
 */
export function parseKeys(bytes: Uint8Array, path: string): Keys {
  const keys = linesOf(bytes).map(({ line, number }) => {
    const words = line.split(/\s+/);
    const [first, second, ...more] = words.filter((word) => !isQuotaWord(word));
    const where = `${path}, line ${number}`;
    if (first === undefined || more.length > 0)
      throw new UserError(
        `${where}: expected "name key" or a key, of ${LEAST} characters at least. ${MAKE_ONE}`,
      );
    const quota = parseQuota(words.filter(isQuotaWord), where);
    return second === undefined
      ? { name: `line ${number}`, key: first, where, quota }
      : { name: first, key: second, where, quota };
  });
  if (keys.length === 0) throw new UserError(`${path} holds no key: write one on a line. ${MAKE_ONE}`);
  return { count: keys.length, ring: keyRing(keys), quotas: quotasOf(keys) };
}

/** A quota is its owner's, whichever of the keys is used: an owner has two while they are changed. */
function quotasOf(keys: readonly (Key & { readonly quota: Quota })[]): Map<string, Quota> {
  const quotas = new Map<string, Quota>();
  for (const { name, where, quota } of keys) {
    const other = quotas.get(name);
    if (other !== undefined && !isDeepStrictEqual(other, quota))
      throw new UserError(`${where}: this name has another quota above: write the same on all of its lines`);
    quotas.set(name, quota);
  }
  return quotas;
}

/** A key, the name of its owner, and where it was found. */
export interface Key {
  readonly name: string;
  readonly key: string;
  readonly where: string;
}

/** @throws UserError for a key too short to be safe, or that cannot be sent as it is; it never shows the key. */
export function keyRing(keys: readonly Key[]): KeyRing {
  const known = keys.map(({ name, key, where }) => {
    if (key.length < LEAST)
      throw new UserError(`${where}: expected a key of ${LEAST} characters at least. ${MAKE_ONE}`);
    if (!SENDABLE.test(key))
      throw new UserError(
        `${where}: a key has other characters than those of ASCII, which clients send in different ways. ${MAKE_ONE}`,
      );
    return { name, digest: digestOf(key) };
  });
  // All digests are compared, each in constant time: the time shows neither which key matches nor how much of it.
  return (key) => {
    const digest = digestOf(key);
    let owner: string | undefined;
    for (const { name, digest: one } of known) if (timingSafeEqual(digest, one)) owner = name;
    return owner;
  };
}

/** The key of a request: `Authorization: Bearer <key>` or `X-API-Key: <key>`. */
export function shownKey(authorization: string | undefined, apiKey: string | undefined): string | undefined {
  return authorization?.match(/^Bearer +(\S+)$/i)?.[1] ?? apiKey;
}

function linesOf(bytes: Uint8Array): { line: string; number: number }[] {
  return decoded(bytes)
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'));
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
