// The code of recipe files, kept by its digest: in the cache, from where it is loaded, and beside the runs that it made.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makePath } from '../../setup/files/index.mjs';
import { cacheFolder } from '../../setup/paths.mjs';
import { writeWhole } from '../files/write-whole.ts';
import type { ModuleOfRecipe } from '../recipes/recipe.ts';
import { digestOf } from './bundle.ts';
import { type Packages, packagesOf } from './packages-of.ts';

/** Name of a run's copy, in its folder. */
const IN_RUN = 'code.mjs';

const inCache = (sha256: string) => join(cacheFolder(), 'code', `${sha256}.mjs`);

/**
 * Keeps code in the cache, with the map of the sources that it is of now: the same code may have lain in another folder.
 * @returns its address.
 */
export function keepCode(code: string, sha256: string): string {
  const path = inCache(sha256);
  if (readIfWhole(path, sha256) !== code) {
    makePath(join(cacheFolder(), 'code'));
    writeWhole(path, code);
  }
  return pathToFileURL(path).href;
}

/** The address of the code of a recipe, where the cache has it. */
export function keptCode({ sha256 }: ModuleOfRecipe): string | undefined {
  const path = inCache(sha256);
  return readIfWhole(path, sha256) === undefined ? undefined : pathToFileURL(path).href;
}

/** The packages that kept code imports, with their versions of then; none where the code is lost. */
export function keptPackages({ sha256 }: ModuleOfRecipe): Packages {
  return packagesOf(readIfWhole(inCache(sha256), sha256) ?? '');
}

/** Puts a recipe's code beside a run of it, as it lies in the cache. */
export function giveCode(folder: string, { sha256 }: ModuleOfRecipe): void {
  const code = readIfWhole(inCache(sha256), sha256);
  if (code !== undefined) writeWhole(join(folder, IN_RUN), code);
}

/** Brings the code of a run back into the cache, which may have been emptied, or be another machine's. */
export function takeCode(folder: string, { sha256 }: ModuleOfRecipe): void {
  if (readIfWhole(inCache(sha256), sha256) !== undefined) return;
  const code = readIfWhole(join(folder, IN_RUN), sha256);
  if (code !== undefined) keepCode(code, sha256);
}

/** The text of a file; undefined where it is not there, or not what the digest says. */
function readIfWhole(path: string, sha256: string): string | undefined {
  if (!existsSync(path)) return undefined;
  const code = readFileSync(path, 'utf8');
  return digestOf(code) === sha256 ? code : undefined;
}
