// Where recipe files are: one that is named, or the config in the working folder or above it. Loads nothing.
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';

/** What the name of a recipe file ends with, in the order in which a config is looked for. */
const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs'];

/** Name of the config, without its extension. */
const CONFIG = 'trainyard.config';

/** Whether a path names a module, not a folder or table of pictures. */
export function isModulePath(path: string): boolean {
  return EXTENSIONS.includes(extname(path));
}

/** Whether a path is of a config, which commands find on their own. */
export function isConfigPath(path: string): boolean {
  return isModulePath(path) && basename(path, extname(path)) === CONFIG;
}

/** The folder in which a command was given: `npm run` starts in that of package.json. */
export const workingFolder = () => process.env.INIT_CWD ?? process.cwd();

/** The nearest config, in `folder` or above it. */
export function findConfig(folder = workingFolder()): string | undefined {
  for (let place = folder; ; place = dirname(place)) {
    const paths = EXTENSIONS.map((extension) => join(place, `${CONFIG}${extension}`));
    const found = paths.find((path) => existsSync(path));
    if (found !== undefined) return found;
    if (dirname(place) === place) return undefined;
  }
}

/** A path as it is shown: relative to the working folder where it lies below that. */
export function shownPath(path: string): string {
  const short = relative(workingFolder(), path);
  return short.startsWith('..') || short === '' ? path : short;
}

/** The module of a recipe by its absolute path; a card has its name alone, which is looked for in the working folder. */
export function located<M extends { readonly path: string }>(module: M): M {
  return { ...module, path: resolve(workingFolder(), module.path) };
}
