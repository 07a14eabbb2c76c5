// A published npm package as a file in the cache: fetched once, and the bytes that we expect or none.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError } from './errors.mjs';
import { hashFile, withTemporaryFolder } from './files.mjs';
import { cacheFolder } from './paths.mjs';
import { run } from './run.mjs';

/**
 * The path of the package's tarball, `<cache>/downloads/<name>-<version>.tgz`; a scope comes first, `<scope>-<name>`.
 * @param {{ name: string, version: string, sha512: string }} wanted `sha512` in hexadecimal
 * @throws {SetupError} when the bytes are others than expected; the file is deleted, so that the next try fetches it
 */
export async function fetchTarball({ name, version, sha512 }) {
  const folder = join(cacheFolder(), 'downloads');
  const file = `${name.replace(/^@(.*)\//, '$1-')}-${version}.tgz`; // as npm names it
  const path = join(folder, file);
  if (!existsSync(path)) {
    await withTemporaryFolder(folder, async (temporary) => {
      await run('download', 'npm', ['pack', `${name}@${version}`, '--pack-destination', temporary]);
      renameSync(join(temporary, file), path);
    });
  }
  const received = hashFile(path, 'sha512');
  if (received !== sha512) {
    rmSync(path);
    throw new SetupError(
      [
        `${path} was damaged, and is deleted; run the same command again to fetch it anew.`,
        `  expected SHA-512 ${sha512}`,
        `  received SHA-512 ${received}`,
      ].join('\n'),
    );
  }
  return path;
}
