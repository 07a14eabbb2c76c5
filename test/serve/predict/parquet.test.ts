// What is promised of Parquet: the rows of JSON lines, to the bit, as pyarrow reads them; and that nothing is lost or done twice.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPredictionFile } from '../../../serve/predict/output.ts';
import { openParquetFile } from '../../../serve/predict/parquet.ts';
import { type FilePrediction, rowFormatOf } from '../../../serve/predict/rows.ts';
import { hasEnvironment, pythonOf } from '../../../setup/install/python-environments.mjs';

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
        file: `${i}.png`,
        predictions: [
          { label: i % 2 === 0 ? 'red' : 'grün', probability: Math.fround(1 / (i + 1.5)) },
          { label: 'blue', probability: Math.fround(1 / (i + 3)) },
        ],
        known: i % 3 === 0,
        novelty: Math.fround(Math.sin(i) ** 2),
      },
);

async function write(path: string, rows: readonly FilePrediction[], finished = true, top = 2) {
  const file = await openParquetFile(path, model, top, false);
  const { done } = file;
  await file.write(rows.filter((row) => !file.has(row.file)));
  if (finished) await file.finish();
  await file.close();
  return done;
}

/** Columns by name, and their types, as pyarrow has them. */
function byPyarrow(path: string): { types: string[]; rows: Record<string, unknown>[] } {
  const script = `
import json, sys, pyarrow.parquet as parquet
table = parquet.read_table(sys.argv[1])
print(json.dumps({'types': [f'{one.name} {one.type}' for one in table.schema], 'rows': table.to_pylist()}))
`;
  return JSON.parse(
    execFileSync(pythonOf('ray'), ['-c', script, path], { encoding: 'utf8', maxBuffer: 2 ** 26 }),
  );
}

test('pyarrow reads the rows of JSON lines, each number to the bit', async ({ skip }) => {
  skip(!hasEnvironment('ray'), 'there is no pyarrow, which comes with Ray: node setup/main.mjs --for ci');
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
  expect(readdirSync(folder).filter((name) => !name.endsWith('.parquet'))).toEqual([]);
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
  await expect(openParquetFile(path, other, 2, false)).rejects.toThrow('its rows are of another colors/1');
  rmSync(`${path}.rows.jsonl`, { force: true });
  writeFileSync(path, 'no Parquet at all');
  await expect(openParquetFile(path, model, 2, false)).rejects.toThrow('is no Parquet file');
});
