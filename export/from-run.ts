// A run's checkpoint as a network that can be exported.
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Tensor, Variable } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../models/errors.ts';
import { createArchitecture } from '../train/architectures/index.ts';
import { readCheckpoint } from '../train/checkpoint.ts';
import { type Dataset, isFolder, loadDataOf } from '../train/datasets/index.ts';
import { tf, uint8Tensor } from '../train/graph/tensorflow.ts';
import type { Net } from '../train/layers/net.ts';
import { probabilitiesOf } from '../train/model.ts';
import { type Recipe, recipeDigest } from '../train/recipes/index.ts';
import type { Run } from '../train/run.ts';
import { averageOf } from '../train/step.ts';
import type { Exportable } from './export.ts';

export type CheckpointName = 'best' | 'last';

/**
 * Loads a checkpoint of a run and the data that it was tested on. Where the recipe averages its weights, the network
 * has the averages, as in evaluation.
 * @param tta - Puts the recipe's test-time augmentation into the graph.
 * @throws UserError when the run has no such checkpoint, when it does not fit its recipe's network, or when the data
 * set has changed since.
 */
export async function loadRun(run: Run, checkpoint: CheckpointName, tta = false): Promise<Exportable> {
  const path = run[checkpoint];
  if (!existsSync(path))
    throw new UserError(
      `Run ${run.name} has no ${checkpoint} checkpoint yet${checkpoint === 'best' ? ': the first one comes with the first epoch. `--checkpoint last` takes what there is' : ''}.`,
    );
  const { recipe, progress, tensors } = readCheckpoint(path);
  const views = tta ? viewsOf(run, recipe) : 'none';
  const dataset = await loadDataOf(recipe);
  checkData(run, dataset, progress.datasetDigests);

  const variables = new Map<string, Variable>();
  let parameters = 0;
  const find = (name: string, shape: readonly number[]): Variable => {
    const known = variables.get(name);
    if (known !== undefined) return known;
    const tensor = tensors.get(recipe.average ? averageOf(name) : name);
    if (tensor?.shape.join() !== shape.join())
      throw new UserError(
        `${path} does not fit the network of its recipe: ${name} is ${tensor ? `[${tensor.shape}]` : 'missing'}, expected [${shape}].`,
      );
    const variable = tf.tidy(() => tf.variable(tf.tensor(tensor.values, [...shape], 'float32'), false));
    variables.set(name, variable);
    return variable;
  };
  const net: Net = {
    training: false,
    weight: (name, shape) => {
      if (!variables.has(name)) parameters += shape.reduce((product, n) => product * n, 1);
      return find(name, shape);
    },
    statistic: find,
  };
  const architecture = createArchitecture(recipe.architecture, dataset.labels.length);
  const probabilities = (images: Tensor) =>
    probabilitiesOf(net, architecture, recipe.standardise, images, views);
  // Once on nothing but zeros, so that every layer has asked for its weights.
  const [height, width, channels] = dataset.shape;
  tf.tidy(() => {
    probabilities(uint8Tensor(new Uint8Array(height * width * channels), [1, height, width, channels]));
  });

  const told = publicRecipe(recipe);
  return {
    card: {
      name: recipe.model ?? recipe.name,
      description: recipe.description,
      labels: [...dataset.labels],
      input: { shape: [height, width, channelsOf(dataset)], prepare: recipe.prepare },
      architecture: { name: recipe.architecture.name, parameters },
      tta: views,
      recipe: told,
      recipeDigest: recipeDigest(told),
      datasets: (['train', 'test'] as const).map((split) => ({
        name: dataset.name,
        split,
        n: dataset[split].n,
        digest: dataset.digests[split],
      })),
    },
    probabilities,
    variables,
    test: dataset.test,
  };
}

/** A recipe as others may read it: without the path of a folder on this machine. */
function publicRecipe(recipe: Recipe): Recipe {
  return isFolder(recipe.dataset) ? { ...recipe, dataset: basename(recipe.dataset) } : recipe;
}

/** The views that the recipe averages over. @throws UserError when it has none. */
function viewsOf(run: Run, { tta, name }: Recipe): Recipe['tta'] {
  if (tta !== 'none') return tta;
  throw new UserError(
    `Run ${run.name} has no test-time augmentation: its recipe ${name} names none. Export it without --tta.`,
  );
}

function checkData(run: Run, dataset: Dataset, digests: { train: string; test: string }): void {
  for (const split of ['train', 'test'] as const)
    if (dataset.digests[split] !== digests[split])
      throw new UserError(
        `Run ${run.name} was trained on other data: the ${split} split of ${dataset.name} has changed since. Bring the old files back, or train again.`,
      );
}

function channelsOf({ name, shape }: Dataset): 1 | 3 {
  const [, , channels] = shape;
  if (channels === 1 || channels === 3) return channels;
  throw new UserError(
    `${name} has pictures with ${channels} channels; a model file takes 1 (grey) or 3 (RGB).`,
  );
}
