// Mutation tests: what is asked for, what is tried again, what is counted.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { type Area, areas } from './areas.ts';
import { choose, files } from './choose.ts';
import { forget } from './forget.ts';
import { FAILED_FILE, summarize } from './summary.ts';

describe('the areas', () => {
  const all = Object.entries<Area>(areas);

  it.each(all)('%s names files that are there', (_, { sources, tests }) => {
    for (const path of [...files(sources, root), ...tests])
      expect(existsSync(join(root, path)), path).toBe(true);
    for (const path of tests) expect(path).toMatch(/^test\/.*(\/|\.test\.ts)$/);
  });

  it('have each file once', () => {
    const every = all.flatMap(([, { sources }]) => files(sources, root));
    expect(every.length).toBe(new Set(every).size);
  });
});

describe('words', () => {
  it('name an area, or files by how their paths begin', () => {
    expect(choose(['keys'], root)).toMatchObject([
      { name: 'keys', files: ['serve/http/api-keys.ts'], whole: true },
    ]);
    expect(choose(['models/image/resize'], root)).toMatchObject([
      { name: 'resize', files: ['models/image/resize.ts', 'models/image/resize-plan.ts'], whole: false },
    ]);
    expect(choose(['models/image/'], root).map(({ name }) => name)).toEqual(['resize', 'image', 'decode']);
  });

  it('that name nothing are refused', () => {
    expect(() => choose(['keys', 'serve/nothing'], root)).toThrow(/^serve\/nothing is neither an area nor/);
  });
});

describe('what is tried again', () => {
  const report = JSON.stringify({
    schemaVersion: '1',
    files: {
      'a.ts': {
        source: 'a',
        mutants: [
          { id: '1', status: 'Killed', killedBy: ['0'] },
          { id: '2', status: 'Killed', killedBy: ['1'] },
          { id: '3', status: 'Survived', coveredBy: ['0'] },
          { id: '4', status: 'NoCoverage' },
          { id: '5', status: 'Killed', killedBy: ['2'] },
        ],
      },
    },
    testFiles: {
      'same.test.ts': { source: 'same', tests: [{ id: '0', name: 'x' }] },
      'changed.test.ts': { source: 'before', tests: [{ id: '1', name: 'y' }] },
      'gone.test.ts': { source: 'gone', tests: [{ id: '2', name: 'z' }] },
    },
  });
  const now: Record<string, string> = { 'same.test.ts': 'same', 'changed.test.ts': 'after' };

  it('is all that survived, and what a test noticed that has changed or gone', () => {
    const left = JSON.parse(forget(report, ['a.ts'], (path) => now[path]));
    expect(left.files['a.ts']).toEqual({
      source: 'a',
      mutants: [{ id: '1', status: 'Killed', killedBy: ['0'] }],
    });
    expect({ ...left, files: {} }).toEqual({ ...JSON.parse(report), files: {} });
  });

  it('is nothing of files that are not mutated this time', () => {
    expect(JSON.parse(forget(report, ['b.ts'], (path) => now[path]))).toEqual(JSON.parse(report));
  });
});

describe('what is counted', () => {
  const mutant = (status: MutantResult['status'], rest: Partial<MutantResult> = {}): MutantResult => ({
    id: '1',
    fileName: '/code/serve/a.ts',
    mutatorName: 'EqualityOperator',
    replacement: 'a >= b',
    location: { start: { line: 2, column: 9 }, end: { line: 2, column: 14 } },
    status,
    ...rest,
  });
  const sources = new Map([['/code/serve/a.ts', 'one\nreturn (a > b);\nif (x)\n  y();\n']]);

  it('is the share that was noticed: by a test, by its time, by a test file that fails', () => {
    const results = [
      mutant('Killed'),
      mutant('Timeout'),
      mutant('RuntimeError', { statusReason: `An error occurred: ${FAILED_FILE}: x is undefined` }),
      mutant('RuntimeError', { statusReason: 'the runner crashed' }),
      mutant('Ignored'),
      mutant('Survived'),
      mutant('NoCoverage'),
    ];
    expect(summarize(results, sources, '/code')).toMatchObject({ noticed: 3, survived: 2, percent: 60 });
    expect(summarize([], sources, '/code').percent).toBe(100);
  });

  it('lists what survived: where, what is there, what would be', () => {
    const location = { start: { line: 3, column: 1 }, end: { line: 4, column: 7 } };
    const results = [mutant('Survived'), mutant('NoCoverage', { location, replacement: '{}' })];
    expect(summarize(results, sources, '/code').survivors).toEqual([
      'serve/a.ts:2:9 EqualityOperator\n    a > b\n  → a >= b',
      'serve/a.ts:3:1 EqualityOperator (no test runs it)\n    if (x) y();\n  → {}',
    ]);
  });
});
