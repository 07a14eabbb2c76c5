// Of the examples, what every run of the tests can see: their sources parse, import what their package.json names, and are
// short. `npm run test:examples` runs them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { filesUnder } from '../../setup/files/index.mjs';
import { root } from '../../setup/paths.mjs';

const folder = join(root, 'examples');
const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(names.map(({ name }) => name))('examples/%s', (name) => {
  const where = join(folder, name);
  const { dependencies, private: own } = JSON.parse(readFileSync(join(where, 'package.json'), 'utf8'));
  const sources = filesUnder(where).filter((path) => /\.[mc]?[jt]sx?$/.test(path));
  const entries = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports).map(
    (entry) => `trainyard${entry.slice(1)}`,
  );

  test('its sources compile, and import packages that it names, by entries that there are', async () => {
    const { metafile } = await build({
      entryPoints: sources,
      outdir: 'out',
      bundle: true,
      packages: 'external',
      jsx: 'automatic',
      format: 'esm',
      write: false,
      metafile: true,
    });
    const imported = Object.values(metafile.inputs)
      .flatMap(({ imports }) => imports)
      .filter(({ external }) => external === true)
      .map(({ path }) => path);
    const packageOf = (path: string) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(path)?.[0] ?? path;
    expect(imported.map(packageOf).filter((each) => !(each in dependencies))).toEqual([]);
    expect(imported.filter((each) => packageOf(each) === 'trainyard' && !entries.includes(each))).toEqual([]);
    expect(own).toBe(true);
  });

  test('is small: its README says how to run it in ten lines', () => {
    const readme = readFileSync(join(where, 'README.md'), 'utf8').trimEnd().split('\n');
    expect(readme.filter((line) => line !== '').length).toBeLessThanOrEqual(10);
    expect(readme.join('\n')).toContain('npm start');
    expect(existsSync(join(where, 'node_modules'))).toBe(false);
  });
});
