// Mutation tests: what is asked for, what is tried again, what is counted.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { describe, expect, it } from 'vitest';
import { root } from '../../setup/paths.mjs';
import { type Area, areas } from './areas.ts';
import { choose, files } from './choose.ts';
import { forget } from './forget.ts';
import { isChosen, shareOf, wilsonInterval } from './share.mjs';
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
      {
        name: 'keys',
        files: ['serve/http/api-keys.ts', 'serve/http/key-file.ts', 'serve/http/quotas.ts'],
        whole: true,
      },
    ]);
    expect(choose(['models/image/resize'], root)).toMatchObject([
      { name: 'resize', files: ['models/image/resize.ts', 'models/image/resize-plan.ts'], whole: false },
    ]);
    expect(choose(['models/image/'], root).map(({ name }) => name)).toEqual([
      'resize',
      'image',
      'headers',
      'decode',
    ]);
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

describe('a share', () => {
  const changes = Array.from({ length: 10_000 }, (_, i) => ({
    fileName: join(root, `serve/${i % 7}.ts`),
    mutatorName: 'EqualityOperator',
    replacement: i % 2 ? 'a > b' : 'a >= b',
    location: { start: { line: (i >> 1) + 1, column: 9 }, end: { line: (i >> 1) + 1, column: 14 } },
  }));
  const chosen = (part: string, seed = '1') => {
    const share = shareOf(part, seed);
    return new Set(changes.filter((change) => isChosen(change, share)));
  };

  it('is that part of the changes', () => {
    // Four standard deviations are 160 changes.
    expect(Math.abs(chosen('0.2').size - 2000)).toBeLessThan(160);
    expect(chosen('1').size).toBe(changes.length);
  });

  it('grows with its part, and is another one by another seed', () => {
    const fifth = chosen('0.2');
    const more = chosen('0.4');
    const other = chosen('0.2', '2');
    expect([...fifth].filter((change) => !more.has(change))).toEqual([]);
    expect(Math.abs([...fifth].filter((change) => other.has(change)).length - 400)).toBeLessThan(80);
  });

  it.each(['0', '1.1', '-1', 'all', 'NaN'])('is refused of %s', (part) => {
    expect(() => shareOf(part, '1')).toThrow(`--share ${part} is no number above 0 to 1`);
  });

  it.each([
    // scipy.stats.binomtest(noticed, tried).proportion_ci(method='wilson'), SciPy 1.17.1
    [90, 100, 82.563434, 94.477086],
    [50, 50, 92.86524, 100],
    [3, 7, 15.821986, 74.954164],
    [0, 0, 0, 100],
  ])('of %d noticed of %d has the interval that SciPy gives', (noticed, tried, low, high) => {
    expect(wilsonInterval(noticed, tried)).toEqual([expect.closeTo(low, 5), expect.closeTo(high, 5)]);
  });
});
