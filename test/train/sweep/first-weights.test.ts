// First weights of trials: a run is looked for where the user's are, not in the folder of the trial.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { firstWeights } from '../../../train/sweep/first-weights.ts';
import { newRun, temporaryFolder } from '../report/support.ts';

const folder = temporaryFolder();
afterAll(folder.close);
const runs = join(folder.path, 'runs');
const run = newRun(runs);
const file = join(folder.path, 'weights.bin');
writeFileSync(file, '');

it.each([
  ['the name of a run', run.name, run.best],
  ['the folder of a run', join(runs, run.name), run.best],
  ['a file', relative(process.cwd(), file), file],
  ['a checkpoint', relative(process.cwd(), run.best), run.best],
  ['a model file that is not there', '/nowhere/model.onnx', '/nowhere/model.onnx'],
])('takes %s', (_, from, expected) => {
  expect(firstWeights(from, runs)).toBe(expected);
});

it('says which runs there are', () => {
  expect(() => firstWeights('0009-other', runs)).toThrow(
    `There is no run "0009-other" in ${runs}. There are: ${run.name}.`,
  );
});
