// Who imports whom: the files that a file reaches by being imported, and over how many imports.
import { dirname, join, normalize } from 'node:path';

/** The files that import a file, by its path. */
export type Importers = ReadonlyMap<string, readonly string[]>;

/** `from './a.ts'`, `import './a.ts'`, `import('./a.ts')`, `new URL('./a.ts', ...)`; lint holds that endings are written. */
const IMPORT = /(?:from|import|URL)\s*\(?\s*['"`](\.[^'"`]+)['"`]/g;

/** Types are gone when code runs: a test that imports nothing else notices no change. */
const TYPES = /^(?:import|export) type [^;]*;/gm;

/** Reads the imports of files, whose paths are relative to one folder. */
export function importersOf(paths: readonly string[], read: (path: string) => string): Importers {
  const importers = new Map<string, string[]>();
  for (const path of paths)
    for (const [, target = ''] of read(path).replace(TYPES, '').matchAll(IMPORT)) {
      const imported = normalize(join(dirname(path), target));
      const known = importers.get(imported);
      if (known) known.push(path);
      else importers.set(imported, [path]);
    }
  return importers;
}

/** The files that import one, themselves or through others, with the number of imports between; the file itself has 0. */
export function reachedFrom(start: string, importers: Importers): Map<string, number> {
  const distances = new Map([[start, 0]]);
  for (const [path, distance] of distances)
    for (const importer of importers.get(path) ?? [])
      if (!distances.has(importer)) distances.set(importer, distance + 1);
  return distances;
}
