// The statistics of activations show what the three ways to draw first weights do, layer by layer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { histogramsPage } from '../../../train/histograms/page.ts';
import { activationStatistics } from '../../../train/histograms/statistics.ts';
import { fit } from '../../../train/loop/fit.ts';
import { findRecipe, resolveRecipe } from '../../../train/recipes/index.ts';
import { createRun } from '../../../train/runs/run.ts';
import { smallMnist } from '../small-mnist.ts';

const dataset = await smallMnist(200, 100, 'test');
const folder = mkdtempSync(join(tmpdir(), 'trainyard-histograms-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function statisticsOf(init: string) {
  const recipe = resolveRecipe({ ...findRecipe('conv-mnist', { batchSize: 50 }, { init }), steps: 1 });
  const run = createRun(folder, recipe, {});
  await fit({ recipe, dataset, run });
  return activationStatistics(run, dataset);
}

const [normal, small, scaled] = await Promise.all(
  ['normal', 'small', 'variance-scaling'].map((init) => statisticsOf(init)),
);

describe('activationStatistics', () => {
  it('has every layer, the logits last', () => {
    const names = normal?.layers.map(({ start }) => [start.layer, start.activation]);
    expect(names).toEqual([
      ['conv1', 'Relu'],
      ['conv2', 'Relu'],
      ['hidden', 'Relu'],
      ['logits', undefined],
    ]);
  });

  it('shows deviation 1 explode, a hundredth of it vanish, and variance scaling keep its size', () => {
    const deviations = [normal, small, scaled].map((each) => each?.layers.at(-1)?.start.deviation ?? 0);
    // Measured: 66,477, 6.6e-4 and 1.04.
    for (const [i, measured] of [66_477, 6.6e-4, 1.04].entries())
      expect(Math.abs((deviations[i] ?? 0) / measured - 1), `${i}`).toBeLessThan(0.05);
    // The same draws, a hundred times smaller in each of four layers, without biases: exactly 1e8 smaller but for rounding.
    expect((deviations[0] ?? 0) / (deviations[1] ?? 1) / 1e8).toBeCloseTo(1, 6); // measured: 6e-8
  });

  it('has variance ratios that multiply to the whole', () => {
    const layers = scaled?.layers ?? [];
    const product = layers.reduce((all, { ratio }) => all * (ratio?.start ?? 1), 1);
    const [first, last] = [layers[0]?.start.deviation ?? 0, layers.at(-1)?.start.deviation ?? 0];
    expect(product / (last / first) ** 2).toBeCloseTo(1, 10);
  });
});

describe('histogramsPage', () => {
  it('has all runs on one page, start and end of each layer, and asks for nothing', () => {
    const all = [normal, small, scaled].filter((each) => each !== undefined);
    const page = histogramsPage(all);
    for (const init of ['normal', 'small', 'variance-scaling']) expect(page).toContain(`--init ${init}`);
    expect(page.match(/<figure class="histogram/g)).toHaveLength(3 * 4 * 2);
    expect(page).not.toMatch(/(?:src|href)="https?:/);
  });
});
