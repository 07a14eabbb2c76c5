// Puts a run's last checkpoint into a training step, or says why it does not belong there.
import { existsSync } from 'node:fs';
import { canonicalJson } from '../../models/canonical.ts';
import { UserError } from '../../models/errors.ts';
import type { Dataset } from '../datasets/index.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import type { Recipe } from '../recipes/index.ts';
import { haveEqualLengths } from '../recipes/lengths.ts';
import type { TrainingProgress } from '../runs/checkpoint.ts';
import { checkData } from '../runs/data.ts';
import { type Run, readLast, recoveryAdvice } from '../runs/run.ts';
import type { TrainingStep } from './step.ts';

/**
 * Puts the run's last checkpoint into `training`, or starts from the beginning when there is none.
 * @throws UserError when the checkpoint is damaged, or is of other data, another network or another recipe.
 */
export function resume(run: Run, recipe: Recipe, dataset: Dataset, training: TrainingStep): TrainingProgress {
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const fresh = { step: 0, stepsPerEpoch, lossSum: 0, history: [], datasetDigests: { ...dataset.digests } };
  if (!existsSync(run.last)) return fresh;
  const { progress, tensors, recipe: written } = readLast(run);
  checkData(run, progress.datasetDigests, dataset);
  const misfit = findMisfit(training.shapes, tensors) ?? findDifference(recipe, written, progress);
  if (misfit !== undefined) throw new UserError(`${run.last} does not fit ${misfit}. ${recoveryAdvice(run)}`);
  training.write(
    new Map(
      [...training.shapes.keys()].map((name) => [name, tensors.get(name)?.values ?? new Float32Array()]),
    ),
  );
  // An earlier version wrote none of the test's images.
  return { ...progress, datasetDigests: { ...dataset.digests } };
}

/** A tensor that the network has otherwise than the checkpoint, or that one of the two lacks. */
function findMisfit(
  shapes: TrainingStep['shapes'],
  tensors: ReadonlyMap<string, NamedTensor>,
): string | undefined {
  for (const name of new Set([...shapes.keys(), ...tensors.keys()])) {
    const [expected, found] = [shapes.get(name), tensors.get(name)?.shape];
    // Of a number without axes the list is empty, of none there is no list.
    if (expected?.join() === found?.join()) continue;
    const show = (shape: readonly number[] | undefined, none: string) => (shape ? `[${shape}]` : none);
    return `the recipe's network: ${name} is ${show(found, 'missing')}, expected ${show(expected, 'no such tensor')}`;
  }
  return undefined;
}

/** Fields that say how long a training is. */
const LENGTHS = ['epochs', 'steps', 'budget', 'formerLengths'];

function findDifference(
  recipe: Recipe,
  written: Recipe,
  { step, stepsPerEpoch }: TrainingProgress,
): string | undefined {
  // A run may have been given more epochs since: what is done is as it was.
  const left = haveEqualLengths(recipe, written, step, stepsPerEpoch) ? LENGTHS : [];
  const fieldsOf = (each: Recipe) =>
    new Map<string, unknown>(Object.entries(each).filter(([key]) => !left.includes(key)));
  const [expected, found] = [fieldsOf(recipe), fieldsOf(written)];
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const [a, b] = [expected, found].map((fields) => canonicalJson(fields.get(key) ?? null));
    if (a !== b) return `the run's recipe: its ${key} is ${b}, expected ${a}`;
  }
  return undefined;
}
