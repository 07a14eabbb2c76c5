// What is promised of a run whose last checkpoint is damaged: whoever reads it says what can be done.
import { truncateSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { fit } from '../../../train/loop/fit.ts';
import { readRun } from '../../../train/report/facts.ts';
import { dataset, newRun, recipe, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

it('names the checkpoint from which it can go on', async () => {
  const run = newRun(folder.path);
  await fit({ recipe, dataset, run });
  truncateSync(run.last, 5000);
  expect(() => readRun(run)).toThrow(
    /last\.safetensors is damaged: .* go on from there with `.*--from best --runs [^`]*`/,
  );
});
