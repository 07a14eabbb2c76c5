// Compressed copies of the installed page, in the cache: the package comes without, so that it stays small.
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { extname, join, relative } from 'node:path';
import { filesUnder } from '../../setup/files/index.mjs';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { startProcess } from '../../setup/modules/start.mjs';
import { cacheFolder, isCheckout, pageFolder, version } from '../../setup/paths.mjs';

/** Name of the folders in which Vite puts the hash of every file into its name, so that a copy is never out of date. */
export const HASHED = 'assets';

/** Encodings of `Accept-Encoding`, and what a copy's name ends with; best first. */
export const encodings = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

const compressible = new Set(['.js', '.mjs', '.css', '.wasm', '.svg', '.json']);

/** The folder of the copies of a page; undefined for a page that was built here, which has its own beside its files. */
export function copiesOf(page: string | undefined): string | undefined {
  return isCheckout || page !== pageFolder ? undefined : join(cacheFolder(), 'page', version);
}

/** Names of the files of a page whose copies are not there yet. */
export function withoutCopies(page: string, copies: string): string[] {
  return filesUnder(page)
    .map((path) => relative(page, path))
    .filter((name) => name.split('/').slice(0, -1).includes(HASHED) && compressible.has(extname(name)))
    .filter((name) => encodings.some(({ suffix }) => !existsSync(join(copies, name) + suffix)));
}

/** Makes the copies in a process of the lowest priority, which ends with this one. Without them the page works as well. */
export function compressInBackground(page: string, copies: string): void {
  if (withoutCopies(page, copies).length === 0) return;
  const child = startProcess(moduleBeside('./compress', import.meta.url), { page, copies });
  child.on('error', () => {});
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  child.unref();
  child.channel?.unref();
}
