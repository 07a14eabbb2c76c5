// Which checkpoint a training goes on from, and what is said of one that does not belong to it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../models/errors.ts';
import { type Dataset, digest } from '../../../train/datasets/dataset.ts';
import type { NamedTensor } from '../../../train/files/safetensors.ts';
import type { State } from '../../../train/graph/state.ts';
import { resume } from '../../../train/loop/resume.ts';
import type { TrainingStep } from '../../../train/loop/step.ts';
import { findRecipe, type Recipe } from '../../../train/recipes/index.ts';
import { lengthened } from '../../../train/recipes/lengths.ts';
import { type TrainingProgress, writeCheckpoint } from '../../../train/runs/checkpoint.ts';
import { createRun, type Run, recoveryAdvice } from '../../../train/runs/run.ts';

const recipe = findRecipe('digits', { epochs: 2, batchSize: 20 });
const split = (n: number) => ({
  images: new Uint8Array(new SharedArrayBuffer(n)),
  labels: new Uint8Array(new SharedArrayBuffer(n)),
  n,
});
const [train, test] = [split(109), split(10)];
const dataset: Dataset = {
  ...{ name: 'digits', labels: ['0'], shape: [1, 1, 1], train, validation: test },
  digests: { train: digest(train), validation: digest(test) },
};

const weight: NamedTensor = { shape: [2, 3], values: Float32Array.of(1, 2, 3, 4, 5, 6) };
const tensors = new Map<string, NamedTensor>([
  ['conv1/kernel', weight],
  ['bias', { shape: [], values: Float32Array.of(7) }],
]);

/** A step of such weights, which keeps what is put into it. */
function stepOf(shapes: Record<string, readonly number[]>): { step: TrainingStep; written: State[] } {
  const written: State[] = [];
  const unused = () => {
    throw new Error('not asked for');
  };
  const step: TrainingStep = {
    ...{ run: unused, logits: unused, averagedLogits: unused, blend: unused, read: unused, dispose: unused },
    copyFirst: unused,
    shapes: new Map(Object.entries(shapes)),
    write: (state) => void written.push(state),
  };
  return { step, written };
}

let folder: string;
let run: Run;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-resume-'));
  run = createRun(folder, recipe, {});
});
afterEach(() => rmSync(folder, { recursive: true }));

const progress: TrainingProgress = {
  ...{ step: 7, stepsPerEpoch: 5, lossSum: 0.25 },
  history: [{ epoch: 1, step: 5, trainLoss: 1, validLoss: 1, errorRate: 0.5 }],
  datasetDigests: { ...dataset.digests },
};
const save = (of: Partial<{ recipe: Recipe; progress: TrainingProgress; tensors: typeof tensors }> = {}) =>
  writeCheckpoint(run.last, { recipe, progress, tensors, ...of });
const shapes = { 'conv1/kernel': [2, 3], bias: [] };

it('a run without a checkpoint begins, with as many steps an epoch as there are whole batches', () => {
  const { step, written } = stepOf(shapes);
  expect(resume(run, recipe, dataset, step)).toEqual({
    ...{ step: 0, stepsPerEpoch: 5, lossSum: 0, history: [] },
    datasetDigests: dataset.digests,
  });
  expect(written).toEqual([]);
});

it('a run goes on with the weights and the progress of its last checkpoint', () => {
  save();
  const { step, written } = stepOf({ bias: [], 'conv1/kernel': [2, 3] });
  expect(resume(run, recipe, dataset, step)).toEqual(progress);
  expect(written).toHaveLength(1);
  expect(Object.fromEntries(written[0] ?? [])).toEqual({
    bias: Float32Array.of(7),
    'conv1/kernel': weight.values,
  });
});

describe('is refused, and nothing is put into the step:', () => {
  const refused = (of: Recipe = recipe, own: Record<string, readonly number[]> = shapes) => {
    const { step, written } = stepOf(own);
    try {
      resume(run, of, dataset, step);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect(written).toEqual([]);
      return (error as Error).message;
    }
    throw new Error('it went on');
  };
  const message = (misfit: string) => `${run.last} does not fit ${misfit}. ${recoveryAdvice(run)}`;

  it.each<[Record<string, readonly number[]>, string]>([
    [{ 'conv1/kernel': [3, 2], bias: [] }, 'conv1/kernel is [2,3], expected [3,2]'],
    [{ 'conv1/kernel': [2, 3] }, 'bias is [], expected no such tensor'],
    [{ ...shapes, 'conv2/kernel': [4] }, 'conv2/kernel is missing, expected [4]'],
    [{ ...shapes, scale: [] }, 'scale is missing, expected []'],
    [{ 'conv1/kernel': [2, 3], bias: [1] }, 'bias is [], expected [1]'],
  ])('a network of %j', (own, misfit) => {
    save();
    expect(refused(recipe, own)).toBe(message(`the recipe's network: ${misfit}`));
  });

  it.each<[Recipe, string]>([
    [{ ...recipe, batchSize: 30 }, 'its batchSize is 20, expected 30'],
    [{ ...recipe, seed: recipe.seed + 1 }, `its seed is ${recipe.seed}, expected ${recipe.seed + 1}`],
    [
      { ...recipe, average: { decay: 0.9, every: 2 } },
      'its average is null, expected {"decay":0.9,"every":2}',
    ],
    [{ ...recipe, schedule: { ...recipe.schedule, learningRate: 9 } }, 'its schedule is '],
    // What has been done was part of a training of another length.
    [{ ...recipe, epochs: 3 }, 'its epochs is 2, expected 3'],
    [{ ...recipe, steps: 8 }, 'its steps is null, expected 8'],
  ])('a recipe whose fields are others: %#', (other, difference) => {
    save();
    expect(refused(other)).toContain(message(`the run's recipe: ${difference}`).split('. ')[0]);
  });

  it('a field that the recipe does not have any more', () => {
    save({ recipe: { ...recipe, average: { decay: 0.9, every: 2 } } });
    expect(refused()).toBe(
      message(`the run's recipe: its average is {"decay":0.9,"every":2}, expected null`),
    );
  });

  it('other data, before anything else', () => {
    save({
      progress: { ...progress, datasetDigests: { train: 'other', validation: dataset.digests.validation } },
    });
    expect(refused({ ...recipe, batchSize: 30 }, {})).toContain(
      'the train split of digits has changed since',
    );
  });

  it('a checkpoint of another length than the one that the recipe remembers', () => {
    save();
    expect(refused(lengthened(recipe, 3, 6))).toContain("does not fit the run's recipe: its epochs is 2");
  });
});

it.each<[string, Partial<Recipe>]>([
  ['epochs', {}],
  ['steps', { steps: 9 }],
  ['minutes', { steps: 9, budget: 60 }],
])('a run of so many %s that was given more epochs goes on with what it has done', (_, length) => {
  const former = { ...recipe, ...length };
  save({ recipe: former });
  const { step, written } = stepOf(shapes);
  expect(resume(run, lengthened(former, 3, 7), dataset, step)).toEqual(progress);
  expect(written).toHaveLength(1);
});
