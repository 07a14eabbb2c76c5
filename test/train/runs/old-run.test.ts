// A run that an earlier version began, with the spellings and the checkpoint format of then: it is found, goes on to the
// same bits, is reported and becomes a model file.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkOf } from '../../../export/publish/from-checkpoint.ts';
import { readSafetensors, writeSafetensors } from '../../../train/files/safetensors.ts';
import { fit } from '../../../train/loop/fit.ts';
import { groupRuns } from '../../../train/report/compare/groups.ts';
import { makeReport } from '../../../train/report/index.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { findFinished, findUnfinished, type Run } from '../../../train/runs/run.ts';
import { dataset, newRun, recipe, temporaryFolder } from '../report/support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

let whole: Run;
beforeAll(async () => {
  whole = newRun(folder.path);
  await fit({ recipe, dataset, run: whole });
});

/** Rewrites JSON as it was written before fields were spelled as they are now. */
const older = (json: string) => json.replaceAll('"standardize"', '"standardise"');

/** Progress as it was written when what validated was called the test, and nothing was looked at in the end. */
function olderDigests(progress: string): string {
  const { tested: _, datasetDigests, ...rest } = JSON.parse(progress);
  const { train, validation: test } = datasetDigests;
  return JSON.stringify({ ...rest, datasetDigests: { train, test } });
}

/** A checkpoint as `format` had it: 2 with a digest of its content, 1 without. */
function makeOld(path: string, format: 1 | 2): void {
  const { tensors, metadata } = readSafetensors(path);
  const [text, progress] = [older(metadata.recipe ?? ''), olderDigests(metadata.progress ?? '')];
  const hash = createHash('sha256').update(JSON.stringify([text, progress]));
  for (const [name, { shape, values }] of tensors) hash.update(JSON.stringify([name, shape])).update(values);
  const sha256 = hash.digest('hex');
  const texts = { format: `trainyard-checkpoint/${format}`, recipe: text, progress };
  writeSafetensors(path, { tensors, metadata: format === 1 ? texts : { ...texts, sha256 } });
}

describe.each([1, 2] as const)('an interrupted run with checkpoints of format %i', (format) => {
  it('goes on where it was, and ends with the bits of one that was not interrupted', async () => {
    const run = newRun(join(folder.path, `format-${format}`));
    const abort = new AbortController();
    const watcher = { onStep: ({ step }: { step: number }) => void (step === 57 && abort.abort()) };
    await fit({ recipe, dataset, run, watcher, signal: abort.signal });
    const recipePath = join(run.folder, 'recipe.json');
    writeFileSync(recipePath, older(readFileSync(recipePath, 'utf8')));
    expect(readFileSync(recipePath, 'utf8')).toContain('standardise');
    for (const path of [run.last, run.best]) makeOld(path, format);

    const found = findUnfinished(join(folder.path, `format-${format}`), recipe);
    expect(found).toEqual(run);
    await fit({ recipe, dataset, run });
    expect(readCheckpoint(run.last)).toEqual(readCheckpoint(whole.last));
    expect(findFinished(join(folder.path, `format-${format}`), recipe)).toEqual(run);
    expect(groupRuns([whole, run])).toMatchObject([{ name: 'digits', runs: [{}, {}] }]);
  });
});

it('the best checkpoint of an old run is reported and has the network that is exported', async () => {
  const run = newRun(join(folder.path, 'whole'));
  await fit({ recipe, dataset, run });
  for (const path of [run.last, run.best]) makeOld(path, 2);
  const page = readFileSync(await makeReport(run, { dataset }), 'utf8');
  expect(page).toContain('<section id="confusion">');
  const checkpoint = readCheckpoint(run.best);
  const network = networkOf(run.best, checkpoint, 10, [28, 28, 1], 'none');
  const names = [...checkpoint.tensors.keys()].filter((name) => !/^(optimizer|average)\//.test(name));
  expect([...network.variables.keys()].sort()).toEqual(names.sort());
});
