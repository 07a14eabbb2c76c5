// The pictures that a model file was trained on, found again by its card.
import { resolve } from 'node:path';
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { splitOfMetrics } from '../../models/held-out.ts';
import type { Dataset, Split } from '../../train/datasets/index.ts';
import type { Progress } from '../../train/progress.ts';
import { located } from '../../train/project/find-module.ts';
import { registryOf } from '../../train/project/registry-of.ts';
import { loadPictures } from '../../train/recipes/load-data.ts';
import { recipeOfCard } from '../../train/runs/weights-of-model-file.ts';

/** The pictures that the figures of a card are of. @param data - What `dataOf` gives. */
export function judgedOf(card: Card, data: Dataset): Split {
  return data[partOf(card, splitOfMetrics(card))] ?? data.validation;
}

/** Which part of a data set a card calls `split`: where it has none that validates, its test pictures are what validated. */
function partOf(
  { datasets }: Card,
  split: Card['datasets'][number]['split'],
): 'train' | 'validation' | 'test' {
  if (split !== 'test') return split;
  return datasets.some((each) => each.split === 'validation') ? 'test' : 'validation';
}

/**
 * Loads the pictures of a card; not their features, where the model has a backbone: its file takes pictures.
 * @param folder - Where the pictures are now, for a model that was trained on a folder: a card does not say.
 * @throws UserError when the data cannot be found, or are not those that the card names.
 */
export async function dataOf(card: Card, folder?: string, progress: Progress = {}): Promise<Dataset> {
  if (card.recipe.dataset === undefined)
    throw new UserError(
      `${card.name} is a model from elsewhere: its card names no data. Only a model that Trainyard trained can be measured on them.`,
    );
  const found = recipeOfCard(card);
  const recipe = found.module === undefined ? found : { ...found, module: located(found.module) };
  const { datasets } = await registryOf(recipe);
  if (folder === undefined && !datasets.some(({ name }) => name === recipe.dataset))
    throw new UserError(
      `${card.name} was trained on the folder of pictures ${recipe.dataset}. Say where it is: --data path/to/${recipe.dataset}`,
    );
  const data = await loadPictures(
    folder === undefined ? recipe : { ...recipe, dataset: resolve(folder) },
    datasets,
    progress,
  );
  if (data.labels.join('\n') !== card.labels.join('\n'))
    throw new UserError(
      `The labels in the card of ${card.name} are ${card.labels.join(', ')}; those of ${data.name} are ${data.labels.join(', ')}: the card has been changed, or these are other data.`,
    );
  for (const { split, digest } of card.datasets) {
    // The first images of a dataset, which a recipe may ask for, have a digest of their own.
    if (digest !== data.digests[partOf(card, split)])
      throw new UserError(
        `${data.name} is not what ${card.name} was made with: its card names another digest of the ${split} pictures.`,
      );
  }
  return data;
}
