// The finder's curve and suggestions are fastai's on the same losses, and it leaves no trace in what it tried.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pythonOf } from '../../../setup/install/python-environments.mjs';
import type { TrainingStep } from '../../../train/loop/step.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { findPage } from '../../../train/lr-find/page.ts';
import { SWEEP } from '../../../train/lr-find/range.ts';
import { smoother, suggest, suggestionNames, trimmed } from '../../../train/lr-find/suggest.ts';
import { sweep } from '../../../train/lr-find/sweep.ts';
import { random } from '../../../train/random.ts';
import { findRecipe } from '../../../train/recipes/index.ts';
import { smallMnist } from '../small-mnist.ts';

const dataset = await smallMnist(400, 100);
const recipe = findRecipe('digits', { batchSize: 40 });

const answerSchema = z.object({
  learningRates: z.array(z.number()),
  losses: z.array(z.number()),
  suggestions: z.record(z.enum(suggestionNames), z.number()),
});

/** What NumPy makes of the same losses, by fastai's definitions. */
function reference(losses: readonly number[], steps: number) {
  const script = fileURLToPath(new URL('./reference.py', import.meta.url));
  const input = JSON.stringify({ losses, steps, from: SWEEP.from, to: SWEEP.to });
  return answerSchema.parse(
    JSON.parse(execFileSync(pythonOf('test'), [script], { input, encoding: 'utf8' })),
  );
}

/** A step that "trains" by reading its losses from a list. */
function stepOf(losses: readonly number[]): TrainingStep {
  let i = 0;
  const run = () => ({ loss: losses[i++] ?? Number.NaN, correct: 0 });
  const nothing = () => new Map<string, Float32Array>();
  const none = () => new Float32Array();
  return {
    run,
    logits: none,
    averagedLogits: none,
    blend: () => {},
    copyFirst: () => {},
    read: nothing,
    write: () => {},
    shapes: new Map(),
    dispose: () => {},
  };
}

/** A loss as sweeps have it: level, a noisy fall, then up. */
function lossAt(i: number, steps: number, seed: number): number {
  const x = i / steps;
  const noise = 0.15 * (random(seed, 'noise', i)() - 0.5);
  return 2.3 - 1.9 / (1 + Math.exp(-18 * (x - 0.6))) + 40 * Math.max(0, x - 0.82) ** 2 + noise;
}

describe('the finder', () => {
  it.each([
    [1, 100],
    [2, 100],
    [3, 60],
    [4, 237],
  ])('has the curve and the suggestions of fastai (losses %i, %i steps)', async (seed, steps) => {
    const losses = Array.from({ length: steps }, (_, i) => lossAt(i, steps, seed));
    const curve = await sweep(stepOf(losses), recipe, dataset, { ...SWEEP, steps });
    const expected = reference(losses, steps);
    expect(curve.losses.length).toBe(expected.losses.length);
    curve.losses.forEach((loss, i) => {
      // Measured: 2e-15 apart, relatively.
      expect(Math.abs(loss / (expected.losses[i] ?? 0) - 1)).toBeLessThan(1e-13);
      expect(Math.abs((curve.learningRates[i] ?? 0) / (expected.learningRates[i] ?? 0) - 1)).toBeLessThan(
        1e-13,
      );
    });
    const suggestions = suggest(curve, steps);
    for (const name of suggestionNames)
      expect(suggestions[name], name).toBeCloseTo(expected.suggestions[name], 12);
  });

  it('ends where the loss is four times the least', async () => {
    const losses = [...new Array<number>(30).fill(1), ...new Array<number>(70).fill(1000)];
    const curve = await sweep(stepOf(losses), recipe, dataset, SWEEP);
    expect(curve.losses.length).toBe(31);
    expect(curve.losses.length).toBe(reference(losses, 100).losses.length);
  });

  it('looks at nothing from the first loss that is no number', () => {
    const rates = Array.from({ length: 40 }, (_, i) => 10 ** (i / 10));
    const losses = rates.map((_, i) => (i < 30 ? 3 - i / 20 : Number.NaN));
    expect(trimmed({ learningRates: rates, losses }, 100).losses.length).toBe(20);
  });

  it('averages without a bias to zero', () => {
    const smooth = smoother();
    for (let i = 0; i < 5; i++) expect(smooth(7)).toBeCloseTo(7, 12);
  });

  it('leaves weights, statistics and slots as they were', async () => {
    const training = createTraining(recipe, dataset);
    const before = training.read();
    const { losses } = await sweep(training, recipe, dataset, { ...SWEEP, steps: 30 });
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(training.read()).toEqual(before);
    training.dispose();
  });

  it('draws a page that names every suggestion', () => {
    const steps = 100;
    const losses = Array.from({ length: steps }, (_, i) => lossAt(i, steps, 5));
    const learningRates = losses.map((_, i) => SWEEP.from * (SWEEP.to / SWEEP.from) ** (i / steps));
    const curve = { learningRates, losses };
    const page = findPage({ words: 'digits', curve, suggestions: suggest(curve, steps) });
    for (const name of suggestionNames) expect(page).toContain(name);
    expect(page).toContain('1e-4');
  });
});
