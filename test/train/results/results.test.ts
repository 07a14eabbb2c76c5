// RESULTS.md says what the run folders hold, and nothing that nobody produced.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../../../setup/paths.mjs';
import { findRecipe, type Recipe, stepsOf } from '../../../train/recipes/index.ts';
import { circleRows, folderRows, lessonRows, remedyRows } from '../../../train/recipes/published.ts';
import { finishedRuns, keep, readKept, recipeOf } from '../../../train/results/kept.ts';
import { resultsMarkdown } from '../../../train/results/markdown.ts';
import { writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun } from '../../../train/runs/run.ts';
import { trainyard } from '../../command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-results-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const environment = { cores: 2, cpu: 'Test', device: 'cpu', node: '20.20.2', tensorflow: '2.21.0' };
const vgg = (preset: string) => findRecipe('vgg-cifar', {}, { preset });

/** A run of 500 steps an epoch that ended with this error; `done` is the share of its steps that it did. */
function addRun(
  recipe: Recipe,
  errorRate: number,
  { seconds = 100, done = 1, imagesPerSecond = 1, data = 'a' } = {},
): void {
  const run = createRun(folder, recipe, environment);
  const step = Math.round(stepsOf(recipe, 500) * done);
  const epoch = Math.ceil(step / 500);
  const row = { epoch, step, trainLoss: 1, validLoss: 0.5, errorRate };
  const progress = {
    step,
    stepsPerEpoch: 500,
    lossSum: 0,
    history: [row],
    datasetDigests: { train: data, validation: 'b' },
  };
  writeCheckpoint(run.last, { recipe, progress, tensors: new Map() });
  writeFileSync(
    join(run.folder, 'times.json'),
    JSON.stringify([{ epoch, seconds, imagesPerSecond, waitedShare: 0, memory: 1, largestMemory: 1 }]),
  );
}

const made = () => resultsMarkdown(finishedRuns(folder));
const lineOf = (text: string, command: string) => text.split('\n').filter((line) => line.includes(command));

it('are written among the runs where these are not the checkout’s own', async () => {
  addRun(vgg('best'), 0.1);
  const before = readFileSync(join(root, 'RESULTS.md'), 'utf8');
  const { status, stdout } = await trainyard('results', '--runs', folder);
  expect([status, stdout]).toEqual([0, expect.stringContaining(join(folder, 'RESULTS.md'))]);
  expect(readFileSync(join(folder, 'RESULTS.md'), 'utf8')).toBe(made());
  expect(readKept(join(folder, 'results.jsonl'))).toHaveLength(1);
  expect(readFileSync(join(root, 'RESULTS.md'), 'utf8')).toBe(before);
});

describe('resultsMarkdown', () => {
  it('says of every row that it was not run', () => {
    const text = made();
    expect(text.match(/\| not run \|/g)).toHaveLength(
      lessonRows.length + remedyRows.length + circleRows.length + folderRows.length,
    );
    expect(text).toContain('None of the pairs has been run.');
  });

  it('knows the run of a folder, wherever it lay, and keeps nothing of the machine', () => {
    const first = folderRows.find(({ options }) => Object.keys(options).length === 0);
    if (first === undefined) throw new Error('there are rows of folders');
    const recipe = { ...recipeOf(first), description: 'Pictures of 2 classes: cat, dog' };
    addRun({ ...recipe, dataset: '/home/somebody/pets' }, 0.1);
    addRun({ ...recipe, dataset: '/home/somebody/pets', epochs: 3, seed: 2 }, 0.5);
    const kept = keep([], finishedRuns(folder));
    expect(JSON.stringify(kept)).not.toContain('somebody');
    for (const runs of [kept, finishedRuns(folder)])
      expect(lineOf(resultsMarkdown(runs), 'train ./pets`')[0]).toContain('90.00 % (n = 1)');
  });

  it('has mean, deviation and n over seeds, and the mean wall time', () => {
    for (const [i, error] of [0.2, 0.21, 0.22].entries())
      addRun({ ...vgg('raw'), seed: i + 1 }, error, { seconds: 60 * (i + 1) });
    const [line] = lineOf(made(), '--preset raw`');
    expect(line).toContain('| 70.94 % | ≥ 78 % | 79.00 % ± 1.00 (n = 3) | 0.5 | 2:00 | 1, float32 |');
    expect(made()).toContain('1. 2 cores, Test, Node 20.20.2, TensorFlow 2.21.0');
  });

  it('counts a seed once, and leaves out what is unfinished or otherwise set', () => {
    addRun(vgg('raw'), 0.3);
    addRun(vgg('raw'), 0.2);
    addRun({ ...vgg('raw'), seed: 2 }, 0.1, { done: 0.5 });
    addRun({ ...vgg('raw'), epochs: 3 }, 0.9);
    addRun({ ...vgg('raw'), steps: 100 }, 0.9);
    expect(lineOf(made(), '--preset raw`')[0]).toContain('80.00 % (n = 1)');
  });

  it('takes no mean over runs of different data, and keeps both', () => {
    addRun(vgg('raw'), 0.3);
    addRun({ ...vgg('raw'), seed: 2 }, 0.2);
    addRun(vgg('raw'), 0.8, { data: 'c' });
    expect(lineOf(made(), '--preset raw`')[0]).toContain('75.00 % ± 7.07 (n = 2)');
    const found = finishedRuns(folder);
    expect(keep([], found)).toHaveLength(3);
    // A line of before does not say of which data it is: the run itself takes its place.
    const [{ data: _, ...line } = { data: undefined }] = found;
    expect(keep([line as (typeof found)[number]], found.slice(0, 1))).toEqual(keep([], found.slice(0, 1)));
  });

  it('sets runs at a budget apart, each budget in a line of its own', () => {
    addRun({ ...vgg('raw'), budget: 600, steps: 700 }, 0.4);
    addRun({ ...vgg('raw'), budget: 600, steps: 800, seed: 2 }, 0.42);
    const lines = lineOf(made(), '--preset raw');
    expect(lines[0]).toContain('not run');
    expect(lines[1]).toMatch(/--preset raw --budget 10m`, 750 steps .*59\.00 % ± 1\.41 \(n = 2\)/);
    addRun(vgg('raw'), 0.2);
    expect(lineOf(made(), '--preset raw')[0]).toMatch(/--preset raw` .*80\.00 % \(n = 1\)/);
  });

  it('has remedies at a budget, which their own number of steps does not keep out', () => {
    const own = findRecipe('remedies', {}, { remedy: 'l2' });
    addRun({ ...own, budget: 600 }, 0.3);
    addRun({ ...own, budget: 600, steps: 800, seed: 2 }, 0.4);
    addRun({ ...own, steps: 800, seed: 3 }, 0.9);
    const kept = keep([], finishedRuns(folder));
    expect(kept.map(({ recipe }) => recipe.seed)).toEqual([1, 2]);
    const lines = lineOf(resultsMarkdown(kept), 'remedies -- --remedy l2');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/--budget 10m`, \d+ steps \|.*65\.00 %/);
  });

  it('judges the difference of a pair by Welch', () => {
    for (let seed = 1; seed <= 3; seed++) {
      addRun({ ...vgg('raw'), seed }, 0.2 + seed / 1000);
      addRun({ ...vgg('mean-image'), seed }, 0.19 + seed / 1000);
    }
    const [line] = lineOf(made(), 'against');
    // t = 0.01 / sqrt(2 * 1e-6 / 3) = 12.2 with 4 degrees of freedom.
    expect(line).toContain('`vgg-cifar --preset mean-image` against `vgg-cifar --preset raw`: +1.00 points');
    expect(line).toMatch(/Welch's p = 0\.00026: more than chance/);
    expect(line).not.toContain('steps');
  });

  it('does not call seeds too few that all have the same error', () => {
    for (let seed = 1; seed <= 3; seed++) {
      addRun({ ...vgg('raw'), seed }, 0);
      addRun({ ...vgg('mean-image'), seed }, 0);
    }
    expect(lineOf(made(), 'against')[0]).toContain(
      '+0.00 points of accuracy (n = 3 and 3; all seeds of each side have the same error).',
    );
  });

  it('says of a difference that the two did not train equally long', () => {
    addRun({ ...vgg('raw'), budget: 600, steps: 700 }, 0.4);
    addRun({ ...vgg('mean-image'), budget: 600, steps: 800 }, 0.39);
    const [line] = lineOf(made(), 'against');
    expect(line).toContain(
      'at --budget 10m: +1.00 points of accuracy, after 800 and 700 steps (n = 1 and 1;',
    );
    addRun({ ...vgg('raw'), budget: 600, steps: 700, seed: 2 }, 0.4);
    expect(lineOf(made(), 'against')[0]).toContain('after 800 and 700 steps (n = 1 and 2;');
  });

  it('tells what the fastest pace would have taken', () => {
    addRun(vgg('raw'), 0.2, { seconds: 100, imagesPerSecond: 4 });
    addRun({ ...vgg('raw'), seed: 2 }, 0.2, { seconds: 320, imagesPerSecond: 1 });
    // Means of 100 and 320, and of 100 and 320 / 4.
    expect(lineOf(made(), '--preset raw`')[0]).toContain('| 3:30 (1:30 at best pace) |');
  });

  it('is the same text for the same runs', () => {
    addRun(vgg('best'), 0.08);
    expect(made()).toBe(made());
  });
});

describe('keep', () => {
  it('holds what rows need when the run folders are gone, in the same order', () => {
    addRun({ ...vgg('raw'), seed: 2 }, 0.2);
    addRun(vgg('raw'), 0.3);
    addRun({ ...vgg('raw'), epochs: 3 }, 0.9);
    const first = keep([], finishedRuns(folder));
    expect(first.map(({ recipe }) => recipe.seed)).toEqual([1, 2]);
    const path = join(folder, 'results.jsonl');
    writeFileSync(path, first.map((run) => `${JSON.stringify(run)}\n`).join(''));
    expect(keep(readKept(path), [])).toEqual(first);
    expect(resultsMarkdown(readKept(path))).toBe(made());
  });

  it('takes the later of two runs with the same seed, machine and budget, however many steps that was', () => {
    addRun({ ...vgg('raw'), budget: 600, steps: 700 }, 0.4);
    const before = keep([], finishedRuns(folder));
    addRun({ ...vgg('raw'), budget: 600, steps: 800 }, 0.3);
    const after = keep(before, finishedRuns(folder));
    expect(after.map(({ record }) => record.history.at(-1)?.errorRate)).toEqual([0.3]);
  });

  it('names a line that is damaged', () => {
    const path = join(folder, 'results.jsonl');
    writeFileSync(path, '\n{"recipe":');
    expect(() => readKept(path)).toThrow(/Line 2 of .*results\.jsonl is not a record of a run/);
  });
});
