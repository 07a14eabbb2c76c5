// Numbered checkpoints by their steps, not by their names, and metrics that Python's csv module reads.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { changedSplit } from '../../../train/datasets/digests.ts';
import { listNumbered, numberedPath, removeOldest } from '../../../train/runs/numbered-checkpoints.ts';
import { type Run, writeMetrics } from '../../../train/runs/run.ts';
import { python } from '../../python.ts';

const parent = mkdtempSync(join(tmpdir(), 'trainyard-numbered-'));
afterAll(() => rmSync(parent, { recursive: true }));
const runOf = (name: string): Run => {
  const folder = join(parent, name);
  return { name, folder, last: join(folder, 'last.safetensors'), best: join(folder, 'best.safetensors') };
};

it('are listed by their steps, and the newest are kept', () => {
  const run = runOf('0001-digits');
  expect(listNumbered(run)).toEqual([]);
  mkdirSync(run.folder);
  const steps = [480, 1_200_000, 90, 999_999];
  for (const step of steps) writeFileSync(numberedPath(run, step), '');
  const others = ['last.safetensors', 'step-1.safetensors.tmp', 'a-step-2.safetensors', 'step-.safetensors'];
  for (const name of others) writeFileSync(join(run.folder, name), '');
  expect(listNumbered(run)).toEqual(
    [90, 480, 999_999, 1_200_000].map((step) => ({ step, path: numberedPath(run, step) })),
  );
  expect(basename(numberedPath(run, 480))).toBe('step-000480.safetensors');

  const kept = () => listNumbered(run).map(({ step }) => step);
  removeOldest(run, 5);
  expect(kept()).toHaveLength(4);
  removeOldest(run, 3);
  expect(kept()).toEqual([480, 999_999, 1_200_000]);
  removeOldest(run, 1);
  expect(kept()).toEqual([1_200_000]);
  removeOldest(run, 0);
  expect(readdirSync(run.folder).sort()).toEqual([...others].sort());
});

it('of data that differ, the first split is named', () => {
  const digests = { train: 'a', validation: 'b' };
  expect(changedSplit(digests, { ...digests })).toBeUndefined();
  expect(changedSplit(digests, { train: 'a', validation: 'c' })).toBe('validation');
  expect(changedSplit(digests, { train: 'c', validation: 'b' })).toBe('train');
  expect(changedSplit(digests, { train: 'c', validation: 'd' })).toBe('train');
  // An earlier version had no test beside what validated.
  expect(changedSplit(digests, { ...digests, test: 't' })).toBeUndefined();
  expect(changedSplit({ ...digests, test: 't' }, { ...digests, test: 'u' })).toBe('test');
});

it('metrics are what Python’s csv module reads', () => {
  const run = runOf('0002-digits');
  mkdirSync(run.folder);
  const rows = [
    { epoch: 1, step: 12, trainLoss: 1 / 3, validLoss: 2e-7, errorRate: 0.125 },
    { epoch: 2, step: 24, trainLoss: 0.25, validLoss: 3e21, errorRate: 0 },
  ];
  writeMetrics(run, { history: rows }, 'validation');
  const script = `
import csv, json, sys
print(json.dumps([{k: float(v) for k, v in row.items()} for row in csv.DictReader(open(sys.argv[1], newline=''))]))`;
  expect(JSON.parse(python(script, [join(run.folder, 'metrics.csv')]))).toEqual(
    rows.map(({ epoch, step, trainLoss, validLoss, errorRate }) => ({
      ...{ epoch, step, train_loss: trainLoss, valid_loss: validLoss, error_rate: errorRate },
    })),
  );
});
