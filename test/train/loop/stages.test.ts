// A backbone that is frozen stays as it is, its features stand for it, and a training that freezes resumes to the byte.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { evaluate } from '../../../train/loop/evaluate.ts';
import { fit } from '../../../train/loop/fit.ts';
import { spansOf } from '../../../train/loop/spans.ts';
import { createTraining } from '../../../train/loop/training.ts';
import { findRecipe, type Recipe, resolveRecipe } from '../../../train/recipes/index.ts';
import { readCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun, type Run } from '../../../train/runs/run.ts';
import { smallMnist } from '../small-mnist.ts';

const dataset = await smallMnist(600, 200);
const recipe = resolveRecipe({
  ...findRecipe('digits'),
  architecture: { name: 'resnet', blocks: [1, 1], widths: [8, 16], stem: 'small', dropout: 0.1 },
  augment: {},
  batchSize: 50,
  epochs: 4,
  freeze: { epochs: 2, schedule: { name: 'one-cycle', learningRate: 0.02 } },
});
const STEPS_PER_EPOCH = 12;
const BOUNDARY = 2 * STEPS_PER_EPOCH;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-stages-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Trains until `until`, as an interrupted training ends. */
async function train(run: Run, own: Recipe, until = Number.POSITIVE_INFINITY) {
  const abort = new AbortController();
  const onStep = ({ step }: { step: number }) => {
    if (step === until) abort.abort();
  };
  return fit({ recipe: own, dataset, run, watcher: { onStep }, signal: abort.signal });
}

function sameBytes(a: Float32Array, b: Float32Array = new Float32Array()): boolean {
  return (
    Buffer.compare(
      new Uint8Array(a.buffer, a.byteOffset, a.byteLength),
      new Uint8Array(b.buffer, b.byteOffset, b.byteLength),
    ) === 0
  );
}

describe('spans', () => {
  it('are the frozen epochs, then the others', () => {
    expect(spansOf(recipe, 12).map(({ from, to, frozen }) => [from, to, frozen])).toEqual([
      [0, 24, true],
      [24, 48, false],
    ]);
  });

  it('are one where nothing is frozen, or nothing thaws', () => {
    const { freeze: _, ...plain } = recipe;
    expect(spansOf(plain, 12).map(({ frozen }) => frozen)).toEqual([false]);
    expect(spansOf({ ...recipe, epochs: 2 }, 12).map(({ frozen }) => frozen)).toEqual([true]);
  });
});

describe('a frozen backbone', () => {
  it('keeps every weight and statistic while the head learns', async () => {
    const frozen = { ...recipe, epochs: 2 };
    const run = createRun(folder, frozen, {});
    const { history } = await train(run, frozen);
    const before = createTraining(frozen, dataset);
    const [start, end] = [before.read(), readCheckpoint(run.last).tensors];
    for (const [name, values] of start)
      expect(sameBytes(values, end.get(name)?.values), name).toBe(!name.includes('logits'));
    expect(history[1]?.trainLoss).toBeLessThan(history[0]?.trainLoss ?? 0);

    // The features answer as the network whose they are.
    before.write(new Map([...end].map(([name, { values }]) => [name, values])));
    const whole = evaluate(before, dataset.validation);
    before.dispose();
    // Measured: equal to the last bit.
    expect(Math.abs(whole.loss - (history.at(-1)?.validLoss ?? 0))).toBeLessThan(1e-7);
    expect(whole.errorRate).toBe(history.at(-1)?.errorRate);
  });

  it('learns once it is thawed', async () => {
    const run = createRun(folder, recipe, {});
    const { history } = await train(run, recipe);
    const trained = readCheckpoint(run.last).tensors;
    const start = createTraining(recipe, dataset);
    const kernel = 'stage1/block1/conv1/kernel';
    expect(trained.get(kernel)?.values).not.toEqual(start.read().get(kernel));
    start.dispose();
    // Measured 0.78 against 0.95 of random features.
    expect(history[3]?.errorRate).toBeLessThan((history[1]?.errorRate ?? 0) - 0.1);
  });

  it('is interrupted in either stage, and at the border, without a trace', async () => {
    const straight = createRun(folder, recipe, {});
    await train(straight, recipe);
    const halting = createRun(folder, recipe, {});
    for (const step of [7, BOUNDARY, BOUNDARY + 5]) await train(halting, recipe, step);
    await train(halting, recipe);
    const [a, b] = [straight, halting].map(({ last }) => readFileSync(last));
    expect(a?.equals(b ?? Buffer.alloc(0))).toBe(true);
  });
});
