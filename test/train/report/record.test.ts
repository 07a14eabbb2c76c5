// What a training leaves for its report: the same steps however often it was interrupted.
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fit } from '../../../train/loop/fit.ts';
import { makeReport } from '../../../train/report/index.ts';
import { readRecord, recordTo } from '../../../train/report/record.ts';
import { trainingErrors } from '../../../train/report/sections/curves.ts';
import type { Run } from '../../../train/runs/run.ts';
import { dataset, newRun, recipe, temporaryFolder, trainWithReport } from './support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

const read = (run: Run, file: string) => readFileSync(join(run.folder, file), 'utf8');

/** Trains until `stopAt`, in a new process as far as the record is concerned. */
async function trainUntil(run: Run, stopAt: number): Promise<void> {
  const abort = new AbortController();
  const recorder = recordTo(run, readRecord(run));
  const watcher = {
    ...recorder,
    onStep: (done: { step: number; loss: number; learningRate: number; correct: number }) => {
      recorder.onStep?.(done);
      if (done.step >= stopAt) abort.abort();
    },
  };
  await fit({ recipe, dataset, run, watcher, signal: abort.signal });
  recorder.close();
}

it('writes the same steps when it is interrupted, and when steps after the last checkpoint are lost', async () => {
  const [whole, pieces] = [newRun(folder.path), newRun(folder.path)];
  await trainUntil(whole, 80);
  for (const stopAt of [1, 39, 40, 61]) await trainUntil(pieces, stopAt);
  // As a kill would leave it: steps that no checkpoint knows, the last one cut off.
  appendFileSync(join(pieces.folder, 'steps.csv'), '62,0.5,0.001,40\n63,0.2');
  await trainUntil(pieces, 80);
  expect(read(pieces, 'steps.csv')).toBe(read(whole, 'steps.csv'));
  expect(read(whole, 'steps.csv').split('\n')).toHaveLength(1 + 80 + 1);
  expect(readRecord(pieces).times.map(({ epoch }) => epoch)).toEqual([1, 2]);
});

it('agrees with the metrics: the mean of the losses, and an error for every epoch', async () => {
  const run = newRun(folder.path);
  await trainUntil(run, 80);
  const { steps, history } = readRecord(run);
  const mean = (from: number) => steps.slice(from, from + 40).reduce((sum, { loss }) => sum + loss, 0) / 40;
  // steps.csv has seven digits.
  expect(history.map(({ trainLoss }, i) => trainLoss - mean(40 * i)).every((d) => Math.abs(d) < 1e-6)).toBe(
    true,
  );
  const errors = trainingErrors(readRecord(run), recipe.batchSize);
  expect(errors.map(([epoch]) => epoch)).toEqual([1, 2]);
  const [[, first = 0] = [0, 0], [, second = 1] = [0, 1]] = errors;
  expect(second).toBeLessThan(first);
});

it('makes the same page again, and a page of a run that was interrupted', async () => {
  const run = newRun(folder.path);
  const { path } = await trainWithReport(run);
  const first = readFileSync(path, 'utf8');
  expect(await makeReport(run, { dataset })).toBe(path);
  expect(readFileSync(path, 'utf8')).toBe(first);

  const abort = new AbortController();
  const interrupted = newRun(folder.path);
  abort.abort();
  const stopped = await trainWithReport(interrupted, { signal: abort.signal });
  expect(readFileSync(stopped.path, 'utf8')).toContain('interrupted');
});
