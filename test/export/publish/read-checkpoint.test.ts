// What is promised of an export whose checkpoint is damaged: the command that exports what is whole, or trains again.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readCheckpointOf } from '../../../export/publish/read-checkpoint.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun } from '../../../train/runs/run.ts';

const runs = mkdtempSync(join(tmpdir(), 'trainyard-read-checkpoint-'));
afterAll(() => rmSync(runs, { recursive: true }));

it('names the checkpoint that is whole, then the run that is, then the training', () => {
  const recipe = findRecipe('digits', { epochs: 1 });
  const progress = {
    ...{
      step: 10,
      stepsPerEpoch: 10,
      lossSum: 0,
      history: [],
      datasetDigests: { train: '', validation: '' },
    },
  };
  const [first, second] = [createRun(runs, recipe, {}), createRun(runs, recipe, {})];
  const tensors = new Map([['w', { shape: [1], values: Float32Array.of(1) }]]);
  const whole = join(runs, 'whole.safetensors');
  writeCheckpoint(whole, { recipe, progress, tensors });
  const damage = (path: string) => writeFileSync(path, 'damaged');
  const read = () => readCheckpointOf(second, 'best');

  for (const path of [first.best, second.best, second.last]) copyFileSync(whole, path);
  expect(read().tensors.get('w')?.values).toEqual(Float32Array.of(1));
  damage(second.best);
  expect(read).toThrow(
    /is damaged: .* Its last checkpoint is whole: `npm run export 0002-digits -- --checkpoint last /,
  );
  damage(second.last);
  expect(read).toThrow(/That of 0001-digits is: `npm run export 0001-digits -- --runs /);
  damage(first.best);
  expect(read).toThrow(
    /No checkpoint of this run is whole\. Train it again: `npm run train digits -- .*--seed 1 --precision float32 --fresh --runs /,
  );
});
