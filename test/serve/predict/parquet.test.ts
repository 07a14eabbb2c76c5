// What is promised of Parquet: the rows of JSON lines, to the bit, as pyarrow reads them; and that nothing is lost or done twice.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPredictionFile } from '../../../serve/predict/output.ts';
import { openParquetFile } from '../../../serve/predict/parquet.ts';
import { type FilePrediction, rowFormatOf } from '../../../serve/predict/rows.ts';
import { modelsFolder, root } from '../../../setup/paths.mjs';
import { program } from '../../listening.ts';
import { predicted } from './predicted.ts';
import { byPyarrow, hasPyarrow, noPyarrow } from './pyarrow.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-parquet-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const model = { name: 'colors/1', digest: '0123456789ab', novelty: true };

const outcomes: FilePrediction[] = Array.from({ length: 300 }, (_, i) =>
  i % 7 === 3
    ? { file: `broken ${i}, "é".png`, error: 'it is damaged' }
    : {
        ...predicted(
          `${i}.png`,
          { label: i % 2 === 0 ? 'red' : 'grün', probability: Math.fround(1 / (i + 1.5)) },
          { label: 'blue', probability: Math.fround(1 / (i + 3)) },
        ),
        known: i % 3 === 0,
        novelty: Math.fround(Math.sin(i) ** 2),
      },
);

/** What is in the folder beside files of Parquet. */
const others = () => readdirSync(folder).filter((name) => !name.endsWith('.parquet'));

async function write(path: string, rows: readonly FilePrediction[], finished = true, top = 2) {
  const file = await openParquetFile(path, model, top, false);
  const { done } = file;
  await file.write(rows.filter((row) => !file.has(row.file)));
  if (finished) await file.finish();
  await file.close();
  return done;
}

test('pyarrow reads the rows of JSON lines, each number to the bit', async ({ skip }) => {
  skip(!hasPyarrow, noPyarrow);
  const path = join(folder, 'all.parquet');
  await write(path, outcomes);
  const { types, rows } = byPyarrow(path);
  expect(types).toEqual([
    ...['file string', 'model string', 'label string', 'probability float'],
    ...[
      'label_2 string',
      'probability_2 float',
      'error string',
      'known bool',
      'novelty float',
      'digest string',
    ],
  ]);
  expect(rows).toEqual(
    outcomes.map((outcome) => {
      const [first, second] = 'predictions' in outcome ? outcome.predictions : [];
      const { known = null, novelty = null } = 'predictions' in outcome ? outcome : {};
      return {
        ...{ file: outcome.file, model: 'colors/1', digest: '0123456789ab' },
        ...{ label: first?.label ?? null, probability: first?.probability ?? null },
        ...{ label_2: second?.label ?? null, probability_2: second?.probability ?? null },
        ...{ error: 'error' in outcome ? outcome.error : null, known, novelty },
      };
    }),
  );
});

test('goes on after an interruption and after the end, to the same bytes, and leaves nothing else behind', async () => {
  const [path, whole] = [join(folder, 'parts.parquet'), join(folder, 'whole.parquet')];
  await write(whole, outcomes);
  expect(await write(path, outcomes.slice(0, 90), false)).toBe(0);
  expect(existsSync(path)).toBe(false);
  expect(await write(path, outcomes.slice(0, 200))).toBe(90);
  expect(await write(path, outcomes)).toBe(200);
  expect(readFileSync(path).equals(readFileSync(whole))).toBe(true);
  expect(others()).toEqual([]);
});

test('the rows that are collected are those of JSON lines', async () => {
  const [path, lines] = [join(folder, 'begun.parquet'), join(folder, 'lines.jsonl')];
  await write(path, outcomes);
  await write(path, [], false);
  const file = await openPredictionFile(lines, rowFormatOf(lines, model, 2), false);
  await file.write(outcomes);
  await file.close();
  expect(readFileSync(`${path}.rows.jsonl`, 'utf8')).toBe(readFileSync(lines, 'utf8'));
  rmSync(`${path}.rows.jsonl`);
  rmSync(lines);
});

test('refuses a file of other columns, of another model, and what is no Parquet', async () => {
  const path = join(folder, 'other.parquet');
  await write(path, outcomes.slice(0, 5));
  await expect(openParquetFile(path, model, 1, false)).rejects.toThrow(/has the columns .*label_2.*--fresh/);
  const other = { ...model, digest: 'ba9876543210' };
  // Twice: what is refused leaves nothing that the next call would take for its own.
  for (const _ of [1, 2])
    await expect(openParquetFile(path, other, 2, false)).rejects.toThrow(
      /other\.parquet: its rows are of another colors\/1/,
    );
  expect(others()).toEqual([]);
  expect(await write(path, outcomes.slice(0, 5))).toBe(5);
  // Its footer is whole, its first page is not.
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, 4, 60));
  await expect(openParquetFile(path, model, 2, false)).rejects.toThrow('is no Parquet file');
  writeFileSync(path, 'no Parquet at all');
  await expect(openParquetFile(path, model, 2, false)).rejects.toThrow('is no Parquet file');
});

test('a command writes what it prints', ({ skip }) => {
  skip(!hasPyarrow, noPyarrow);
  const words = [
    'predict',
    'digits',
    join(root, 'digit.png'),
    '--out',
    'command.parquet',
    '--top',
    '2',
    '--json',
  ];
  const { status, stdout } = spawnSync(process.execPath, [program, ...words, '--repository', modelsFolder], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  const [{ predictions, ...answer }] = JSON.parse(stdout).predictions;
  const [, second] = predictions;
  const { rows } = byPyarrow(join(folder, 'command.parquet'));
  expect(rows).toEqual([
    {
      ...{ ...answer, label_2: second.label, probability_2: second.probability, error: null },
      ...{ model: 'digits/1', digest: expect.stringMatching(/^[0-9a-f]{12}$/) },
    },
  ]);
});
