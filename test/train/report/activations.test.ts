// What the report says of a network's layers, against a computation by plain loops.
import { afterAll, describe, expect, it } from 'vitest';
import { findRecipe } from '../../../train/recipes/index.ts';
import { histogramOf } from '../../../train/report/activations.ts';
import { openNetwork } from '../../../train/report/network.ts';
import { dataset, newRun, temporaryFolder, trainWithReport } from './support.ts';

const folder = temporaryFolder();
afterAll(folder.close);

describe('the layers of a network', () => {
  it('are read before their activation, by name, with the best weights and the first ones', async () => {
    const recipe = findRecipe('fc-mnist', { epochs: 1, batchSize: 50 });
    const run = newRun(folder.path, recipe);
    await trainWithReport(run, { recipe });
    const network = openNetwork(run, recipe, dataset);
    const images = dataset.validation.images.slice(0, 4 * 784);
    const { mean: [m = 0] = [], deviation: [d = 1] = [] } = recipe.standardize;
    const layers = network.layers(images);
    for (const [state, time] of [
      [network.best, 'end'],
      [network.initial, 'start'],
    ] as const) {
      const [first, ...others] = layers.map((each) => each[time]);
      const kernelName = [...network.shapes.keys()].find((name) => name.endsWith('/kernel')) ?? '';
      const layer = kernelName.split('/')[0] ?? '';
      const units = network.shapes.get(kernelName)?.[1] ?? 0;
      const [kernel, bias] = [state.get(kernelName), state.get(`${layer}/bias`)];
      const values: number[] = [];
      for (let n = 0; n < 4; n++)
        for (let unit = 0; unit < units; unit++) {
          let sum = bias?.[unit] ?? 0;
          for (let i = 0; i < 784; i++)
            sum += (((images[n * 784 + i] ?? 0) / 255 - m) / d) * (kernel?.[i * units + unit] ?? 0);
          values.push(sum);
        }
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const scale = Math.max(...values.map(Math.abs));
      expect(first?.layer).toBe(layer);
      expect(first?.activation).toBe('Relu');
      // float32 sums of 784 products: measured 2.8e-7 of the largest, and 2.3e-9 over all.
      expect(Math.abs((first?.mean ?? Number.NaN) - mean) / scale).toBeLessThan(1e-8);
      expect(Math.abs((first?.high ?? Number.NaN) - Math.max(...values)) / scale).toBeLessThan(1e-6);
      expect(others.at(-1)?.activation).toBeUndefined();
    }
    network.dispose();
  });
});

describe('histogramOf', () => {
  const tap = { layer: 'a', reference: 'a:0', activation: 'Relu' };

  it('shares all values out over the bins, and finds units that never fire', () => {
    const result = histogramOf(tap, Float32Array.of(-1, 0, 3, -2, -1, 1), [2, 3]);
    expect([result.low, result.high, result.mean]).toEqual([-2, 3, 0]);
    expect(result.deviation).toBeCloseTo(Math.sqrt(16 / 6), 6);
    expect(result.bins.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(result.dead).toBeCloseTo(2 / 3, 12);
  });

  it('takes values that are all the same', () => {
    expect(histogramOf(tap, new Float32Array(4), [4, 1])).toMatchObject({
      low: 0,
      high: 0,
      deviation: 0,
      dead: 1,
    });
  });
});
