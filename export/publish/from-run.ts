// A run's checkpoint as a network that can be exported.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { heldOutOf } from '../../models/held-out.ts';
import type { Shape } from '../../models/image/shape.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import { sizeOf } from '../../models/shape.ts';
import { readBackbone } from '../../train/backbone/index.ts';
import { type Dataset, judgedBy, withPictures } from '../../train/datasets/index.ts';
import type { Progress } from '../../train/progress.ts';
import { registryOf } from '../../train/project/registry-of.ts';
import { type Recipe, recipeDigest } from '../../train/recipes/index.ts';
import { loadDataOf } from '../../train/recipes/load-data.ts';
import { publicRecipe } from '../../train/recipes/public.ts';
import { checkData } from '../../train/runs/data.ts';
import type { Run } from '../../train/runs/run.ts';
import { answersOf } from '../../train/tasks/outputs.ts';
import { taskOf } from '../../train/tasks/task.ts';
import { draftOf } from './draft-of-task.ts';
import type { Exportable } from './exportable.ts';
import { networkOf } from './from-checkpoint.ts';
import { type CheckpointName, readCheckpointOf } from './read-checkpoint.ts';
import { fitTemperature, temperedSoftmax } from './temperature.ts';

/**
 * Loads a checkpoint of a run and the data that it was tested on. Where the recipe averages its weights, the network
 * has the averages, as in evaluation.
 * @param tta - Puts the recipe's test-time augmentation into the graph.
 * @param calibrate - Divides the logits by the temperature that suits the validation images.
 * @throws UserError when the run has no such checkpoint, when it does not fit its recipe's network, or when the data
 * set has changed since.
 */
export async function loadRun(
  run: Run,
  which: CheckpointName,
  tta = false,
  calibrate = false,
  telling: Progress = {},
): Promise<Exportable> {
  const path = run[which];
  if (!existsSync(path))
    throw new UserError(
      `Run ${run.name} has no ${which} checkpoint yet${which === 'best' ? ': the first one comes with the first epoch. `--checkpoint last` takes what there is' : ''}.`,
    );
  const checkpoint = readCheckpointOf(run, which);
  const { recipe, progress } = checkpoint;
  const views = tta ? viewsOf(run, recipe) : 'none';
  const dataset = await loadDataOf(recipe, undefined, telling);
  checkData(run, progress.datasetDigests, dataset);

  const registry = await registryOf(recipe);
  const network = networkOf(path, checkpoint, dataset.labels.length, dataset.shape, views, registry);
  const pictures = withPictures(dataset);
  const { shape, validation, train } = pictures;
  const [height, width] = shape;
  const { onFeatures, logits } = network;
  const backbone = recipe.backbone && (await readBackbone(recipe.backbone, recipe.standardize, shape));
  const logitsOf = (backbone && onFeatures) ?? logits;
  const task = taskOf(recipe);
  if (calibrate && task !== 'single')
    throw new UserError(
      `--calibrate has no meaning here: run ${run.name} has learned ${task === 'multi' ? 'several labels, which each have a threshold' : 'numbers'}; a temperature is for one class. Export it without.`,
    );
  const calibration = calibrate ? await fitTemperature(network, dataset) : undefined;

  const published = publicRecipe(recipe);
  return {
    card: {
      ...(await draftOf(task, network, dataset, calibration)),
      name: recipe.model ?? recipe.name,
      description: recipe.description,
      labels: [...dataset.labels],
      input: { shape: [height, width, channelsOf(dataset.name, shape)], prepare: recipe.prepare },
      architecture: {
        name:
          recipe.architecture.name +
          (recipe.backbone ? ` on ${recipe.backbone.source ?? basename(recipe.backbone.path)}` : ''),
        parameters: network.parameters + (backbone ? weightsIn(backbone) : 0),
      },
      tta: views,
      recipe: published,
      recipeDigest: recipeDigest(published),
      datasets: partsOf(dataset, heldOutOf(recipe)),
    },
    probabilities: calibration
      ? (input) => temperedSoftmax(logitsOf(input), calibration.temperature)
      : (input) => answersOf(task, logitsOf(input)),
    output: task === 'regression' ? 'values' : 'probabilities',
    variables: network.variables,
    ...(backbone && { backbone }),
    judged: judgedBy(pictures),
    // What tells known pictures from others learns it of classes.
    ...(task === 'single' && { validation, train }),
  };
}

/** What a card says of the data. @param validating - What those pictures are called by which the best epoch was chosen. */
function partsOf(
  { name, digests, ...dataset }: Dataset,
  validating: 'validation' | 'test',
): Exportable['card']['datasets'] {
  const { train, validation, test } = dataset;
  return [
    { name, split: 'train', n: train.n, digest: digests.train },
    { name, split: validating, n: validation.n, digest: digests.validation },
    ...(test && digests.test ? [{ name, split: 'test' as const, n: test.n, digest: digests.test }] : []),
  ];
}

/** Numbers that a file from elsewhere has as weights. */
function weightsIn({ graph }: ModelProto): number {
  return graph.initializer.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
}

/** The views that the recipe averages over. @throws UserError when it has none. */
function viewsOf(run: Run, { tta, name }: Recipe): Recipe['tta'] {
  if (tta !== 'none') return tta;
  throw new UserError(
    `Run ${run.name} has no test-time augmentation: its recipe ${name} names none. Export it without --tta.`,
  );
}

function channelsOf(name: string, [, , channels]: Shape): 1 | 3 {
  if (channels === 1 || channels === 3) return channels;
  throw new UserError(
    `${name} has pictures with ${channels} channels; a model file takes 1 (gray) or 3 (RGB).`,
  );
}
