// Caches model files in the browser by the digest of their content: each is fetched once, and works offline afterwards.

import { messageOf } from '../../models/errors.ts';
import { download } from './download.ts';
import { ModelError } from './errors.ts';

/** Name of the cache; the service worker leaves it alone. */
const cacheName = 'trainyard-models';

/** Files that are kept; the oldest are deleted first. */
const most = 8;

export interface Fetched {
  readonly bytes: Uint8Array;
  /** Hex; undefined in a page that is not a secure context. */
  readonly sha256: string | undefined;
  /** Ends when the file is in the cache, or not to be kept. A model can be opened before. */
  readonly kept: Promise<void>;
}

/**
 * Fetches a model file, or takes it from the cache when its digest is known and it is there.
 *
 * @throws ModelError when it cannot be fetched, or has another digest.
 */
export async function fetchModel(
  url: string,
  expected: string | undefined,
  size: number | undefined,
  progress: (loaded: number, total: number) => void,
): Promise<Fetched> {
  const cache = expected === undefined ? undefined : await openCache();
  const key = new URL(`/.trainyard/${expected}`, url);
  const kept = await keptIn(cache, key, expected);
  if (kept) {
    progress(kept.length, kept.length);
    return { bytes: kept, sha256: expected, kept: Promise.resolve() };
  }
  const bytes = await download(url, size, progress).catch((error) => {
    throw new ModelError('fetch', messageOf(error));
  });
  const sha256 = await sha256Of(bytes);
  if (expected !== undefined && sha256 !== undefined && sha256 !== expected) {
    throw new ModelError('model', `${url}: received a file with SHA-256 ${sha256}, expected ${expected}`);
  }
  return { bytes, sha256, kept: cache ? keep(cache, key, bytes) : Promise.resolve() };
}

/** SHA-256 in hex; undefined where the browser has no Web Crypto. */
export async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Undefined where the browser has no cache: in private windows, and on pages without https. */
async function openCache(): Promise<Cache | undefined> {
  return globalThis.caches?.open(cacheName).catch(() => undefined);
}

/** The bytes that are kept; what is damaged, or cannot be read, is fetched again. */
async function keptIn(
  cache: Cache | undefined,
  key: URL,
  expected: string | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const response = await cache?.match(key);
    if (!response) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    if ((await sha256Of(bytes)) === expected) return bytes;
    await cache?.delete(key);
  } catch {
    // as if nothing were kept
  }
  return undefined;
}

/** A browser without room left caches nothing; the model runs nevertheless. */
async function keep(cache: Cache, key: URL, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  try {
    await cache.put(key, new Response(bytes));
    for (const old of (await cache.keys()).slice(0, -most)) await cache.delete(old);
  } catch {
    await cache.delete(key).catch(() => false);
  }
}
