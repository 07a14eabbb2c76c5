// The packages that a bundle imports, by name and version: they stay outside of it, and are part of what its digest says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Versions by the names of packages. */
export type Packages = ReadonlyMap<string, string>;

/**
 * The package that a file is of.
 * @param path - Absolute, below a folder node_modules.
 */
export function packageOf(path: string): { readonly name: string; readonly version: string } {
  const [, folder = '', name = ''] =
    /^(.*[\\/]node_modules[\\/])((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(path) ?? [];
  return { name: name.replaceAll('\\', '/'), version: versionIn(join(folder, name, 'package.json')) };
}

function versionIn(path: string): string {
  try {
    const { version }: { version?: unknown } = JSON.parse(readFileSync(path, 'utf8'));
    return typeof version === 'string' ? version : NONE;
  } catch {
    return NONE;
  }
}

/** Of a package that says none. */
const NONE = '0.0.0';

const LINE = '//# packages ';

/** The line that says them in the code of a bundle; none for a bundle that imports none, whose digest stays as it was. */
export function packagesLine(packages: Packages): string {
  const entries = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '' : `${LINE}${JSON.stringify(Object.fromEntries(entries))}\n`;
}

/** The packages of a bundle's code, by its line. */
export function packagesOf(code: string): Packages {
  const at = code.lastIndexOf(`\n${LINE}`);
  if (at === -1) return new Map();
  const [line = ''] = code.slice(at + 1 + LINE.length).split('\n', 1);
  return new Map(Object.entries(JSON.parse(line)).map(([name, version]) => [name, String(version)]));
}

/** What differs: `package x was 1.2.3, is 1.2.4`; empty where nothing does. */
export function packageChanges(before: Packages, now: Packages): string {
  const names = [...new Set([...before.keys(), ...now.keys()])].sort();
  return names
    .filter((name) => before.get(name) !== now.get(name))
    .map((name) => {
      const [was, is] = [before.get(name), now.get(name)];
      return `package ${name} ${was === undefined ? 'was not imported' : `was ${was}`}, ${is === undefined ? 'is imported no more' : `is ${is}`}`;
    })
    .join('; ');
}
