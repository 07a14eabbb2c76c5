// Brotli at two levels. Thorough results are cached outside of the checkout, by the digest of the input.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { cacheFolder } from '../../setup/paths.mjs';

/**
 * Of brotli's eleven levels: 10 makes onnxruntime's WebAssembly 2.39 MB and takes half a minute, 5 makes it 2.86 MB in
 * half a second. It is the largest part of a first visit, so it is worth it.
 */
export const thorough = 10;
export const quick = 5;

/** Bytes up to which the thorough level takes no noticeable time. */
export const small = 1_000_000;

/** Seconds after which a process that was compressing counts as dead. */
const patience = 600;

export function brotli(bytes: Uint8Array, level: number): Promise<Uint8Array> {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: level,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return promisify(brotliCompress)(bytes, { params });
}

/**
 * Writes the thorough `.br` of a file beside it.
 *
 * @param make - whether to compress when the cache does not have the result.
 * @returns whether the file is there now.
 */
export async function writeThorough(path: string, { make = true } = {}): Promise<boolean> {
  const bytes = await readFile(path);
  const folder = join(cacheFolder(), 'compressed');
  const kept = join(folder, `${createHash('sha256').update(bytes).digest('hex')}.br${thorough}`);
  if (await put(kept, `${path}.br`)) return true;
  if (!make) return false;
  await mkdir(folder, { recursive: true });
  const unfinished = `${kept}.unfinished`;
  if (!(await claim(unfinished))) return false;
  try {
    const file = await open(unfinished, 'w');
    await file.writeFile(await brotli(bytes, thorough));
    await file.close();
    await rename(unfinished, kept);
  } finally {
    await rm(unfinished, { force: true });
  }
  return put(kept, `${path}.br`);
}

/** Creates the file that keeps other processes from the same work; false when one is doing it already. */
async function claim(path: string): Promise<boolean> {
  const age = await stat(path).then(
    ({ mtimeMs }) => (Date.now() - mtimeMs) / 1000,
    () => undefined,
  );
  if (age !== undefined && age > patience) await rm(path, { force: true });
  return open(path, 'wx').then(
    async (file) => {
      await file.close();
      return true;
    },
    () => false,
  );
}

/** Replaces a file by a copy in one step, since a server may be reading it. */
async function put(from: string, to: string): Promise<boolean> {
  const temporary = `${to}.${process.pid}`;
  try {
    await copyFile(from, temporary);
    await rename(temporary, to);
    return true;
  } catch {
    await rm(temporary, { force: true });
    return false;
  }
}
