// Tables of several labels and of numbers: recognized, said, and learned as Python's csv module reads them.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pythonOf } from '../../../../setup/install/python-environments.mjs';
import { findingsInWords } from '../../../../train/datasets/folder/findings-in-words.ts';
import { loadFolder } from '../../../../train/datasets/folder/index.ts';
import type { TableReading } from '../../../../train/datasets/folder/table/learned.ts';
import { readTable } from '../../../../train/datasets/folder/table/table.ts';
import { folderRecipe } from '../../../../train/recipes/folder.ts';
import { resolveRecipe } from '../../../../train/recipes/index.ts';
import { noise, type Place, temporaryPlace } from './pictures.ts';

const N = 24;
const files = Array.from({ length: N }, (_, i) => `${i}.png`);
let place: Place;
beforeAll(async () => {
  place = temporaryPlace();
  for (const [i, file] of files.entries()) place.write(file, await noise(i, 16).png().toBuffer());
});
afterAll(() => place.close());

let tables = 0;
function write(header: string, cells: readonly string[]): string {
  const name = `labels-${tables++}.csv`;
  const lines = cells.map((cell, i) => `${files[i]},${cell}`);
  place.write(name, `${header}\n${lines.join('\n')}\n`);
  return join(place.path, name);
}

const shape = [16, 16, 3] as const;
const rule = { rule: 'resize', filter: 'bilinear', crop: 'center' } as const;
const load = (path: string, reading?: TableReading) =>
  loadFolder(path, { shape, rule, valid: 0.25, ...(reading && { reading }) });

/** Found before the cache is another one. */
const interpreter = pythonOf('test');

/** The rows of a table as Python's csv reads them: the cells of each file. */
const byPython = (path: string): Record<string, string[]> =>
  JSON.parse(
    execFileSync(interpreter, [
      '-c',
      'import csv, json, sys; print(json.dumps({r[0]: r[1:] for r in list(csv.reader(open(sys.argv[1])))[1:]}))',
      path,
    ]).toString(),
  );

/** Every picture's targets beside what its row says. */
function expectTargets(
  { labels, train, validation }: Awaited<ReturnType<typeof load>>,
  wanted: (file: string) => number[],
): void {
  const seen: string[] = [];
  for (const { targets = new Float32Array(), files: names = [], n, labels: classes } of [train, validation]) {
    expect(n).toBeGreaterThan(0);
    expect([...classes].every((each) => each === 0)).toBe(true);
    for (const [i, file] of names.entries()) {
      seen.push(file);
      expect([...targets.subarray(i * labels.length, (i + 1) * labels.length)], file).toEqual(
        wanted(file).map(Math.fround),
      );
    }
  }
  expect(seen.sort()).toEqual([...files].sort());
}

const words = ['cat', 'cat|tree', 'tree', 'dog|cat|tree', 'dog'];
const several = files.map((_, i) => words[i % words.length] ?? '');

describe('several labels', () => {
  it('in one cell are recognized where labels come again, and said with how to have it otherwise', async () => {
    const path = write('path,label', several);
    const data = await load(path);
    expect(data).toMatchObject({ task: 'multi', labels: ['cat', 'dog', 'tree'] });
    const rows = byPython(path);
    expectTargets(data, (file) =>
      data.labels.map((label) => (rows[file]?.[0]?.split('|').includes(label) ? 1 : 0)),
    );
    const said = findingsInWords(data).join('\n');
    // 5 words have 8 labels; 24 rows have 38.
    expect(said).toContain('3 labels, 1.6 a picture: several labels. --as single takes one class of each.');
    expect(said).toContain('3 labels (training+validation):');
    const classes = readTable(path).found.map(({ label }) => label);
    expect(new Set(classes)).toEqual(new Set(words));
    expect((await load(path, { as: 'single' })).labels).toHaveLength(5);
  });

  it('are one class each where no part comes again, and where spaces are between them, unless it is said', async () => {
    const apart = write(
      'path,label',
      files.map((_, i) => (i % 2 === 0 ? 'a|b' : 'c|d')),
    );
    expect((await load(apart)).labels).toEqual(['a|b', 'c|d']);
    expect((await load(apart, { as: 'multi' })).labels).toEqual(['a', 'b', 'c', 'd']);
    const spaced = write(
      'path,label',
      several.map((cell) => cell.replaceAll('|', ' ')),
    );
    expect((await load(spaced)).task).toBeUndefined();
    const data = await load(spaced, { delimiter: ' ' });
    const rows = byPython(spaced);
    expectTargets(data, (file) =>
      data.labels.map((label) => (rows[file]?.[0]?.split(' ').includes(label) ? 1 : 0)),
    );
  });

  it('in columns of zeros and ones are several where some row has not one; a row may have none', async () => {
    const bits = (i: number) => [i % 2, i % 3 === 0 ? 1 : 0];
    const path = write(
      'path,wet,cold',
      files.map((_, i) => bits(i).join()),
    );
    const data = await load(path);
    expect(data).toMatchObject({ task: 'multi', labels: ['wet', 'cold'] });
    const rows = byPython(path);
    expectTargets(data, (file) => rows[file]?.map(Number) ?? []);
  });
});

describe('numbers', () => {
  it('with decimals are learned as numbers, whole ones as classes, and both are said', async () => {
    const decimals = files.map((_, i) => String(i * 1.25 - 3));
    const path = write('path,label', decimals);
    const data = await load(path);
    expect(data).toMatchObject({ task: 'regression', labels: ['label'] });
    const rows = byPython(path);
    expectTargets(data, (file) => rows[file]?.map(Number) ?? []);
    expect(findingsInWords(data).join('\n')).toContain(
      '1 number, label -3 to 25.75: regression. --as single makes each a class.',
    );
    const whole = write(
      'path,label',
      files.map((_, i) => String(i % 4)),
    );
    const classes = await load(whole);
    expect(classes.task).toBeUndefined();
    expect(classes.labels).toEqual(['0', '1', '2', '3']);
    expect(findingsInWords(classes).join('\n')).toContain(
      'The labels are numbers, 4 of them, and each is a class: --as regression learns them as numbers.',
    );
    const asked = await load(whole, { as: 'regression' });
    const own = byPython(whole);
    expectTargets(asked, (file) => own[file]?.map(Number) ?? []);
  });

  it('are of the columns that a person names, one or several', async () => {
    const path = write(
      'path,age,x,y',
      files.map((_, i) => `${i},${i / 10},${-i}`),
    );
    const rows = byPython(path);
    const one = await load(path, { label: ['Age'], as: 'regression' });
    expect(one.labels).toEqual(['age']);
    expectTargets(one, (file) => [Number(rows[file]?.[0])]);
    const two = await load(path, { label: ['x', 'y'] });
    expect(two).toMatchObject({ task: 'regression', labels: ['x', 'y'] });
    expectTargets(two, (file) => rows[file]?.slice(1).map(Number) ?? []);
  });

  it('that are none are named by their rows; rows without one are left out', async () => {
    const cells = files.map((_, i) => (i === 3 ? 'many' : `${i}.5`));
    const path = write('path,label', cells);
    expect(() => readTable(path, { as: 'regression' })).toThrow(/row 5: "many" is no number/);
    const gap = write(
      'path,label',
      files.map((_, i) => (i === 3 ? '' : `${i}.5`)),
    );
    const { findings, train, validation } = await load(gap);
    expect(train.n + validation.n).toBe(N - 1);
    expect(findings?.problems).toEqual([expect.objectContaining({ path: '3.png' })]);
  });
});

it('what does not fit together is said', () => {
  const path = write('path,label', several);
  expect(() => readTable(path, { as: 'single', delimiter: '|' })).toThrow(
    '--label-delimiter is for several labels: leave it out, or --as single.',
  );
  expect(() => readTable(path, { label: ['age'] })).toThrow(/has no column "age"; it has path, label\./);
  const columns = write(
    'path,a,b',
    files.map((_, i) => `${i},1`),
  );
  expect(() => readTable(columns, { label: ['a', 'b'], as: 'multi' })).toThrow(
    /cells other than 0 and 1 in a, b: --as multi needs a column of zeros and ones/,
  );
});

it('what is said of a table is refused where folders are the classes', async () => {
  for (const [i, name] of ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png'].entries())
    place.write(
      `folders/${name}`,
      await noise(100 + i, 16)
        .png()
        .toBuffer(),
    );
  const path = join(place.path, 'folders');
  expect((await load(path, { as: 'single' })).labels).toEqual(['a', 'b']);
  await expect(load(path, { as: 'regression' })).rejects.toThrow(
    '--as regression is for the labels of a table',
  );
  await expect(load(path, { delimiter: '|' })).rejects.toThrow(
    '--label-delimiter is for the labels of a table',
  );
});

it('a table makes a recipe of its task, which reads it in the same way again', async () => {
  const path = write(
    'path,label',
    several.map((cell) => cell.replaceAll('|', ' ')),
  );
  const asked = { path, options: { 'label-delimiter': ' ' }, architecture: 'small-cnn', size: 16 };
  const { recipe, pictures } = await folderRecipe({ ...asked, delimiter: ' ' });
  expect(recipe).toMatchObject({
    ...{ task: 'multi', folder: { delimiter: ' ' } },
    description: 'Pictures with any of 3 labels: cat, dog, tree',
  });
  const { loadPictures } = await import('../../../../train/recipes/load-data.ts');
  expect((await loadPictures(resolveRecipe(recipe))).digests).toEqual(pictures.digests);
});
