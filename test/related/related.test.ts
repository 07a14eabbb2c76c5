// The tests near a change.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { importersOf, reachedFrom } from './imports.ts';
import { selectTests } from './select.ts';

const texts: Record<string, string> = {
  'models/a.ts': '',
  'models/b.ts': "import { a } from './a.ts';",
  'models/c.ts': "import type { A } from './a.ts';\nimport {\n  type B,\n  b,\n} from './b.ts';",
  'serve/worker.ts': "import '../models/b.ts';",
  'serve/pool.ts': "const worker = new URL('./worker.ts', import.meta.url);",
  'test/a.test.ts': "const { a } = await import('../models/a.ts');",
  'test/c.test.ts': "import { c } from '../models/c.ts';",
  'test/pool.test.ts': "import { pool } from '../serve/pool.ts';",
  'test/types.test.ts':
    "import type { A } from '../models/a.ts';\nimport type {\n  B,\n} from '../models/b.ts';",
};
const importers = importersOf(Object.keys(texts), (path) => texts[path] ?? '');
const none = () => [];

describe('a file reaches', () => {
  it('those that import it, by whatever way, with the imports between', () => {
    expect(Object.fromEntries(reachedFrom('models/a.ts', importers))).toEqual({
      'models/a.ts': 0,
      'models/b.ts': 1,
      'test/a.test.ts': 1,
      'models/c.ts': 2,
      'serve/worker.ts': 2,
      'test/c.test.ts': 3,
      'serve/pool.ts': 3,
      'test/pool.test.ts': 4,
    });
  });

  it('itself over none where files import each other', () => {
    const circle = new Map([
      ['a.ts', ['b.ts']],
      ['b.ts', ['a.ts']],
    ]);
    expect(Object.fromEntries(reachedFrom('a.ts', circle))).toEqual({ 'a.ts': 0, 'b.ts': 1 });
  });
});

describe('asked are', () => {
  it('the tests that import the file, of all that reach it', () => {
    expect(selectTests(['models/a.ts'], importers, none)).toEqual({
      near: ['test/a.test.ts'],
      all: ['test/a.test.ts', 'test/c.test.ts', 'test/pool.test.ts'],
    });
  });

  it('those of its area, if they reach it over three imports at most', () => {
    const area = () => ['test/c.test.ts', 'test/pool.test.ts', 'test/elsewhere.test.ts'];
    expect(selectTests(['models/a.ts'], importers, area).near).toEqual(['test/a.test.ts', 'test/c.test.ts']);
  });

  it('the nearest, where no test imports it; a test that was changed itself', () => {
    expect(selectTests(['models/b.ts', 'test/a.test.ts'], importers, none).near).toEqual([
      'test/a.test.ts',
      'test/c.test.ts',
    ]);
  });

  it('none about a file that no test reaches', () => {
    expect(selectTests(['docs/a.md'], importers, none)).toEqual({ near: [], all: [] });
  });
});

it('of this repository, a test that imports a file is among those that it reaches', () => {
  const paths = ['models/image/quantile.ts', 'test/models/image/neighborhood.test.ts'];
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  expect(reachedFrom('models/image/quantile.ts', importersOf(paths, read)).get(paths[1] ?? '')).toBe(1);
});
