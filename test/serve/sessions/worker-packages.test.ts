// A worker thread loads what decodes pictures and runs models, and nothing else: each further library is in memory once for
// every thread, and has been the schema of cards, which made a server slower by a sixth.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { compiled } from '../../../setup/modules/compiled.mjs';

/** The packages that a compiled file imports at its start, itself or through others of ours. */
function packagesOf(path: string, seen = new Set<string>()): string[] {
  if (seen.has(path)) return [];
  seen.add(path);
  const imported = [...readFileSync(path, 'utf8').matchAll(/^import [^"]*"([^"]+)";/gm)].map(
    ([, name = '']) => name,
  );
  return imported.flatMap((name) => {
    if (name.startsWith('.')) return packagesOf(join(dirname(path), name), seen);
    return name.startsWith('node:') ? [] : [name];
  });
}

it('fflate and koffi are its packages', async () => {
  const address = await compiled('serve/sessions/worker.ts');
  expect([...new Set(packagesOf(fileURLToPath(address ?? '')))].sort()).toEqual(['fflate', 'koffi']);
});
