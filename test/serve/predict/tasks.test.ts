// What is promised of tables of predictions of several labels and of numbers: Python's csv and pyarrow read the answers in them,
// and an interrupted one goes on.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPredictionFile } from '../../../serve/predict/output.ts';
import { openParquetFile } from '../../../serve/predict/parquet.ts';
import { type FilePrediction, type RowModel, rowFormatOf } from '../../../serve/predict/rows.ts';
import { python } from '../../python.ts';
import { byPyarrow, hasPyarrow, noPyarrow } from './pyarrow.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-rows-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const labels: RowModel = {
  name: 'scenes/1',
  digest: '0123456789ab',
  task: 'multi',
  labels: ['cat', 'a, "tree"'],
};
const numbers: RowModel = {
  name: 'counts/1',
  digest: '0123456789ab',
  task: 'regression',
  labels: ['count', 'file'],
};

const [half, quarter] = [
  { label: 'cat', probability: 0.5 },
  { label: 'a, "tree"', probability: 0.25 },
];
const all = [half, quarter].map((one) => ({ ...one, threshold: 0.25 }));
const cases: [string, RowModel, FilePrediction[], Record<string, string>[]][] = [
  [
    'labels',
    labels,
    [
      { file: 'both.png', task: 'multi', labels: [half, quarter], predictions: all },
      { file: 'none.png', task: 'multi', labels: [], predictions: all },
      { file: 'bad.png', error: 'it is damaged' },
    ],
    [
      {
        file: 'both.png',
        labels: 'cat|a, "tree"',
        label: 'cat',
        probability: '0.5',
        label_2: 'a, "tree"',
        error: '',
      },
      { file: 'none.png', labels: '', label: 'cat', probability: '0.5', probability_2: '0.25', error: '' },
      { file: 'bad.png', labels: '', label: '', probability: '', error: 'it is damaged' },
    ],
  ],
  [
    'numbers',
    numbers,
    [
      { file: 'a.png', task: 'regression', values: { count: 46.5, file: -1e-9 }, outside: [] },
      { file: 'b.png', task: 'regression', values: { count: 60, file: 1e9 }, outside: ['count', 'file'] },
      { file: 'bad.png', error: 'it is damaged' },
    ],
    [
      { file: 'a.png', count: '46.5', value_file: '-1e-9', outside: '', error: '' },
      { file: 'b.png', count: '60', value_file: '1000000000', outside: 'count|file', error: '' },
      { file: 'bad.png', count: '', value_file: '', outside: '', error: 'it is damaged' },
    ],
  ],
];

const readCsv = `
import csv, json, sys
print(json.dumps(list(csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8')))))`;

it.each(cases)('CSV of %s', async (name, model, outcomes, expected) => {
  const path = join(folder, `${name}.csv`);
  const [first, ...rest] = outcomes;
  // In two calls, as after an interruption.
  for (const [done, some] of [
    [0, [first]],
    [1, rest],
  ] as const) {
    const file = await openPredictionFile(path, rowFormatOf(path, model, 2), false);
    expect(file.done).toBe(done);
    await file.write(some.flatMap((one) => one ?? []));
    await file.close();
  }
  expect(JSON.parse(python(readCsv, [path]))).toEqual(expected.map((row) => expect.objectContaining(row)));
});

it.each(cases)('JSON lines of %s are the answers themselves', async (name, model, outcomes) => {
  const path = join(folder, `${name}.jsonl`);
  const file = await openPredictionFile(path, rowFormatOf(path, model, 2), false);
  await file.write(outcomes);
  await file.close();
  const { name: called, digest } = model;
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(
    outcomes.map((one) => ({ model: called, digest, ...one })),
  );
});

it.for(cases)(
  'Parquet of %s has the columns of CSV, and goes on',
  async ([name, model, outcomes, expected], { skip }) => {
    skip(!hasPyarrow, noPyarrow);
    const path = join(folder, `${name}.parquet`);
    const write = async (some: readonly FilePrediction[]) => {
      const file = await openParquetFile(path, model, 2, false);
      await file.write(some);
      await file.finish();
      await file.close();
      return file.done;
    };
    expect(await write(outcomes.slice(0, 2))).toBe(0);
    expect(await write(outcomes.slice(2))).toBe(2);
    const { rows } = byPyarrow(path);
    const asText = (value: unknown) => (value === null ? '' : String(value));
    expect(rows).toHaveLength(3);
    for (const [i, row] of rows.entries())
      for (const [column, value] of Object.entries(expected[i] ?? {})) {
        const cell = row[column];
        if (typeof cell === 'number') expect(cell).toBe(Math.fround(Number(value)));
        else expect([column, asText(cell)]).toEqual([column, value]);
      }
  },
);
