// A published npm package as a file in the cache: fetched once, and the bytes that we expect or none.
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { SetupError } from '../errors.mjs';
import { hashFile, withTemporaryFolder } from '../files/index.mjs';
import { cacheFolder } from '../paths.mjs';
import { runNpm } from './npm.mjs';

/**
 * The path of the package's tarball, `<cache>/downloads/<name>-<version>.tgz`; a scope comes first, `<scope>-<name>`.
 * @param {{ name: string, version: string, sha512: string }} wanted `sha512` in hexadecimal
 * @param {AbortSignal} [signal]
 * @throws {SetupError} when the bytes are others than expected; the file is deleted, so that the next try fetches it
 */
export async function fetchTarball({ name, version, sha512 }, signal) {
  const folder = join(cacheFolder(), 'downloads');
  const file = `${name.replace(/^@(.*)\//, '$1-')}-${version}.tgz`; // as npm names it
  const path = join(folder, file);
  if (!existsSync(path)) {
    await withTemporaryFolder(folder, async (temporary) => {
      const log = `download-${basename(path, `-${version}.tgz`)}`;
      await runNpm(log, ['pack', `${name}@${version}`, '--pack-destination', temporary], { signal });
      renameSync(join(temporary, file), path);
    });
  }
  const received = hashFile(path, 'sha512');
  if (received !== sha512) {
    rmSync(path);
    throw new SetupError(
      [
        `${path} was damaged, and is deleted; run the same command to fetch it again.`,
        `  expected SHA-512 ${sha512}`,
        `  received SHA-512 ${received}`,
      ].join('\n'),
    );
  }
  return path;
}

/** Bytes of a header, and what a file's bytes are filled up to. Reference: POSIX.1-2017, pax, ustar interchange format. */
const BLOCK = 512;

/**
 * One file of a tarball, for machines without tar.
 * @param {string} path of the tarball
 * @param {string} wanted its name there, of at most 100 letters
 * @throws {SetupError} when there is none
 */
export function readFromTarball(path, wanted) {
  const bytes = gunzipSync(readFileSync(path));
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const name = bytes.toString('latin1', at, at + 100).replace(/\0.*/s, '');
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 136), 8) || 0;
    const start = at + BLOCK;
    if (name === wanted) return bytes.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  throw new SetupError(`${path} holds no ${wanted}.`);
}
