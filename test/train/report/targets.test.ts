// The report of several labels and of numbers: what applies is there in the task's own words, and nothing of one class.
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { drawCircles } from '../../../train/datasets/circles.ts';
import type { Dataset } from '../../../train/datasets/dataset.ts';
import { placeDigits } from '../../../train/datasets/several-digits.ts';
import { fit } from '../../../train/loop/fit.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import type { Recipe } from '../../../train/recipes/recipe.ts';
import { openReport } from '../../../train/report/index.ts';
import { rangesOf } from '../../../train/report/number-figures.ts';
import { smallMnist } from '../small-mnist.ts';
import { newRun, temporaryFolder } from './support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

const tiny = { epochs: 1, batchSize: 20 };
const architecture = { name: 'small-cnn' as const, filters: [4, 8, 8] as [number, number, number] };

async function pageOf(recipe: Recipe, dataset: Dataset): Promise<string> {
  const run = newRun(folder.path, recipe);
  const warnings: string[] = [];
  const report = await openReport({ run, dataset, warn: (line) => warnings.push(line), tensorboard: true });
  const { finished } = await fit({ recipe, dataset, run, watcher: report.watcher });
  await report.finish(finished);
  await report.close();
  expect(warnings).toEqual([]);
  return readFileSync(report.path, 'utf8');
}

const idsOf = (page: string) => [...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id);
/** What figures are called: headings of tables and of the facts at the top. */
const wordsOf = (page: string) =>
  [...page.matchAll(/<(?:th scope="col"|dt|span|p)>([^<>]{3,40})</g)].map(([, text]) => text);
const OF_ONE_CLASS = ['confusion', 'top-losses', 'attention', 'calibration', 'augmentation', 'bias-variance'];

describe('a report', () => {
  it('of several labels has a row for each, and names labels of its pictures', async () => {
    const dataset = placeDigits(await smallMnist(200, 60));
    const page = await pageOf(findRecipe('several-digits', { ...tiny, architecture }), dataset);
    expect(idsOf(page)).toEqual(
      expect.arrayContaining(['labels', 'worst', 'curves', 'epochs', 'sample-batch']),
    );
    for (const id of [...OF_ONE_CLASS, 'numbers']) expect(idsOf(page)).not.toContain(id);
    const [, section = ''] = /<section id="labels">(.*?)<\/section>/s.exec(page) ?? [];
    const { targets = new Float32Array() } = dataset.validation;
    for (const [k, label] of dataset.labels.entries()) {
      const n = targets.filter((has, i) => i % 10 === k && has === 1).length;
      expect(section).toMatch(new RegExp(`<th scope="row">${label}</th><td>${n}</td>`));
    }
    expect(wordsOf(page)).toContain('test mAP');
    expect(wordsOf(page)).not.toContain('test error');
    expect(wordsOf(page)).not.toContain('training error');
  });

  it('of numbers draws answers by truth, and lists errors by ranges', async () => {
    const dataset = drawCircles({
      ...{ from: 1, to: 4, radius: [2, 2] as const, gap: 1, side: 24, train: 100, test: 40 },
      as: 'regression',
    });
    const recipe = findRecipe('circles', { ...tiny, architecture }, { as: 'regression' });
    const page = await pageOf(recipe, dataset);
    expect(idsOf(page)).toEqual(
      expect.arrayContaining(['numbers', 'worst', 'curves', 'epochs', 'sample-batch']),
    );
    for (const id of [...OF_ONE_CLASS, 'labels']) expect(idsOf(page)).not.toContain(id);
    const [, section = ''] = /<section id="numbers">(.*?)<\/section>/s.exec(page) ?? [];
    expect(section.match(/class="dot"/g)).toHaveLength(40);
    expect(wordsOf(page)).toContain('validation mean absolute error');
    expect(wordsOf(page)).not.toContain('test error');
    expect(wordsOf(page)).not.toContain('training error');
  });
});

it('ranges have as many pictures as they can with equal truths together', () => {
  const pairs = Array.from({ length: 80 }, (_, i) => [i < 35 ? 1 : i, i < 35 ? 3 : i - 1] as const);
  const ranges = rangesOf(pairs);
  expect(ranges[0]).toEqual({ from: 1, to: 1, n: 35, absolute: 2, difference: 2, largest: 2 });
  expect(ranges.slice(1).map(({ n }) => n)).toEqual([10, 10, 10, 10, 5]);
  expect(ranges[1]).toMatchObject({ from: 35, to: 44, absolute: 1, difference: -1 });
});
