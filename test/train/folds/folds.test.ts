// `train --folds 3`: a run for each fold, a comparison, and what each network answers to the pictures that it has not seen.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { pythonOf } from '../../../setup/install/python-environments.mjs';
import { checkArguments } from '../../../train/cli/check-arguments.ts';
import { train } from '../../../train/cli/train.ts';
import { writeOutOfFold } from '../../../train/folds/out-of-fold.ts';
import { tf } from '../../../train/graph/tensorflow.ts';
import { compareRuns } from '../../../train/report/compare/index.ts';
import { bestOf } from '../../../train/runs/checkpoint.ts';
import { readData } from '../../../train/runs/data.ts';
import { namesOfRuns } from '../../../train/runs/names-of-runs.ts';
import { listRuns, readLast, readRecipe } from '../../../train/runs/run.ts';
import { noise, type Place, temporaryPlace } from '../datasets/folder/pictures.ts';

// Named before the cache is another, which has no Python.
const interpreter = pythonOf('test');
const runs = mkdtempSync(join(tmpdir(), 'trainyard-folds-'));
const ODD = 'dog, "big"';
let place: Place;
beforeAll(async () => {
  // Loaded before the cache is another, which has no TensorFlow.
  void tf.version;
  place = temporaryPlace();
  for (let i = 0; i < 12; i++)
    for (const [k, label] of ['cat', ODD].entries())
      place.write(
        `train/${label}/${i}.png`,
        await noise(i + 100 * k)
          .linear(0.5, 100 * k)
          .png()
          .toBuffer(),
      );
  // The same picture once more, smaller bytes: both are in one fold.
  place.write(
    'train/cat/copy.jpg',
    await sharp(readFileSync(join(place.path, 'train/cat/3.png')))
      .jpeg()
      .toBuffer(),
  );
  for (const label of ['cat', ODD])
    place.write(
      `test/${label}/0.png`,
      await noise(500 + label.length)
        .png()
        .toBuffer(),
    );
}, 60_000);
afterAll(() => {
  place.close();
  rmSync(runs, { recursive: true });
});

/** Trains the folds, and gives what is said. */
async function trained(): Promise<string> {
  const lines: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(String(line)));
  try {
    const asked = checkArguments({
      ...{ recipe: place.path, runs, folds: '3', epochs: '2', size: '32', 'batch-size': '8' },
      ...{ architecture: 'small-cnn', precision: 'float32' },
    });
    const folds = asked.folder.fold?.of ?? 1;
    const again = () => '';
    await train(asked, {
      ...{ seeds: 1, folds, orDone: true, json: false },
      keep: 0,
      live: false,
      tensorboard: false,
      again,
    });
  } finally {
    log.mockRestore();
  }
  return lines.join('\n').replace(/[\u2009\u202f\u00a0]/g, ' ');
}

const tableIn = () => join(runs, readdirSync(runs).find((name) => name.startsWith('out-of-fold')) ?? '');

it('are trained one after the other; every training picture is answered by the network that has not seen it', async () => {
  const said = await trained();
  const all = listRuns(runs);
  expect(all.map((run) => readRecipe(run).folder?.fold)).toEqual([1, 2, 3].map((at) => ({ of: 3, at })));
  expect(said).toMatch(/small-cnn.*--folds 3.*--fold 3/);
  expect(said).toMatch(/Pictures of the 3 folds: (\d+), (\d+), (\d+)\./);
  // By Python's reader of CSV.
  const script =
    'import csv, json, sys\nprint(json.dumps(list(csv.DictReader(open(sys.argv[1], newline="")))))';
  const rows = z
    .array(z.record(z.string(), z.string()))
    .parse(JSON.parse(execFileSync(interpreter, ['-c', script, tableIn()], { encoding: 'utf8' })));
  const paths = ['cat', ODD].flatMap((label) =>
    Array.from({ length: 12 }, (_, i) => `train/${label}/${i}.png`),
  );
  expect(rows.map(({ path }) => path).sort()).toEqual([...paths, 'train/cat/copy.jpg'].sort());
  const foldOf = (file: string) => rows.find(({ path }) => path === file)?.fold;
  expect(foldOf('train/cat/copy.jpg')).toBe(foldOf('train/cat/3.png'));
  let wrong = 0;
  for (const row of rows) {
    expect(row.path?.split('/')[1]).toBe(row.label);
    const [cat, dog] = ['cat', ODD].map((label) => Number(row[`probability_${label}`]));
    expect((cat ?? 0) + (dog ?? 0)).toBeCloseTo(1, 6);
    if ((cat ?? 0) >= (dog ?? 0) !== (row.label === 'cat')) wrong++;
  }
  // The best epoch of each run has measured the same.
  const measured = all.map((run) => {
    const { history, tested } = readLast(run).progress;
    expect(tested?.best.n).toBe(2);
    return (bestOf(history)?.errorRate ?? Number.NaN) * (readData(run)?.images?.validation ?? 0);
  });
  expect(measured.reduce((sum, value) => sum + value, 0)).toBeCloseTo(wrong, 6);
  expect(said).toContain(
    `Out-of-fold predictions of 25 pictures, each by the best epoch of the run that it validated: ${((100 * wrong) / 25).toFixed(2)} % are wrong.`,
  );
  // One group, of three draws.
  const { groups, notes, page } = await compareRuns(all);
  expect(groups.map(({ name, runs: own }) => [name.endsWith('--folds 3'), own.length])).toEqual([[true, 3]]);
  expect(notes).toEqual([]);
  expect(page).toContain('25 validation pictures');
  expect(said).toMatch(/\(n = 3\)/);
}, 120_000);

it('go on where they ended: what is done is not trained again, and the table is the same', async () => {
  const [first, second, third] = listRuns(runs);
  const before = readFileSync(tableIn());
  rmSync(tableIn());
  rmSync(third?.folder ?? '', { recursive: true });
  const said = await trained();
  expect(said).toContain(`${first?.name} is done already: fold 1 of 3.`);
  expect(said).toContain(`${second?.name} is done already: fold 2 of 3.`);
  expect(said.match(/^Training /gm)).toHaveLength(1);
  expect(existsSync(third?.last ?? '')).toBe(true);
  expect(readFileSync(tableIn())).toEqual(before);
}, 60_000);

it('of numbers are written as the table has them, in a file whose name has room for any number of runs', () => {
  const ages = [12.1, 0.3, 7, 71.25, 1e-7, 123456.7];
  const row = (path: string, truth: number) => ({ path, fold: 1, truth: [truth], answers: [0] });
  const folds = listRuns(runs)
    .slice(0, 1)
    .flatMap((run) => Array.from({ length: 120 }, (_, i) => ({ ...run, name: `${1000 + i}-pets` })))
    .map((run, i) => ({
      ...{ run, task: 'regression' as const, labels: ['age'] },
      rows: i > 0 ? [] : ages.map((age, k) => row(`${k}.png`, Math.fround(age))),
    }));
  expect(folds).toHaveLength(120);
  const { path } = writeOutOfFold(runs, folds);
  try {
    const cells = readFileSync(path, 'utf8').trim().split('\r\n').slice(1);
    expect(cells.map((line) => Number(line.split(',')[1]))).toEqual(ages);
    expect(namesOfRuns(folds.map(({ run }) => run))).not.toBe(
      namesOfRuns(folds.slice(1).map(({ run }) => run)),
    );
    const long = ['0001', '0002', '0003'].map((number) => ({ name: `${number}-${'garden-'.repeat(20)}` }));
    expect(namesOfRuns(long)).toBe('1-2-3');
    expect(namesOfRuns([{ name: '0001-pets' }, { name: '0002-pets' }])).toBe('0001-pets-0002-pets');
  } finally {
    rmSync(path);
  }
});

it('are refused with what does not fit', () => {
  const refusal = (more: Record<string, string>, recipe = place.path) => {
    try {
      checkArguments({ recipe, runs, ...more });
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
    return '';
  };
  expect(refusal({ fold: '2' })).toContain('--fold 2 is one of --folds');
  expect(refusal({ folds: '1' })).toContain('--folds');
  expect(refusal({ folds: '3', fold: '4' })).toContain('--fold');
  expect(refusal({ folds: '3', valid: '0.1' })).toContain('--valid does not fit beside --folds');
  expect(refusal({ folds: '3', seeds: '2' })).toContain('--seeds and --folds do not go together');
  expect(refusal({ folds: '3' }, 'digits')).toContain('--folds has no meaning here');
});
