// The order of the test files: the longest first, those that share a process last.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../setup/paths.mjs';
import { LONG, longFirst } from './order.ts';

test('the longest files are there, each once', () => {
  expect(LONG.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  expect(new Set(LONG).size).toBe(LONG.length);
});

test('they run first, then others that are alone, then those that share a process, the longest first; others stay in their order', () => {
  const file = (path: string, isolate: boolean) => ({
    moduleId: `/checkout/test/${path}`,
    project: { config: { isolate } },
  });
  const given = [
    file('models/rank.test.ts', false),
    file('docs/links.test.ts', true),
    file('models/card.test.ts', false),
    file('readme.test.ts', true),
    file('bin/help.test.ts', true),
    file('export/ops/ops.test.ts', false),
    file('package/package.test.ts', true),
  ];
  expect(longFirst(given).map(({ moduleId }) => moduleId.replace('/checkout/test/', ''))).toEqual([
    ...['package/package.test.ts', 'readme.test.ts', 'docs/links.test.ts', 'bin/help.test.ts'],
    ...['export/ops/ops.test.ts', 'models/rank.test.ts', 'models/card.test.ts'],
  ]);
});
