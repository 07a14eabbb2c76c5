// The recipe for a folder of pictures: what is trained when nothing but a path is said.
import type { Prepare } from '../../models/image/prepare.ts';
import { presets } from '../augment/index.ts';
import { slugOf } from '../datasets/folder/index.ts';
import { loadDataOf } from '../datasets/index.ts';
import type { RecipeInput } from './recipe.ts';

/** How a folder's pictures are read; see `folder` and `prepare` of a recipe. */
export interface FolderChoice {
  /** Absolute. */
  readonly path: string;
  readonly size?: number | undefined;
  readonly valid?: number | undefined;
  readonly crop?: 'centre' | 'stretch' | undefined;
  /** What was asked for on the command line, by option. */
  readonly options: Readonly<Record<string, string>>;
}

const SIZE = 64;
/** As fastai's `valid_pct`. */
const VALID = 0.2;
const BATCH = 64;

/** Mean and deviation of ImageNet's training pictures, which stand for photographs of any kind. */
export const PHOTOGRAPHS = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/**
 * Looks at a folder, which prepares its pictures if that has not been done, and makes its recipe: how many pictures
 * and classes there are decides part of it.
 * @throws UserError if the folder cannot be trained on
 */
export async function folderRecipe(choice: FolderChoice): Promise<RecipeInput> {
  const { path, size = SIZE, valid = VALID, crop = 'centre', options } = choice;
  const prepare: Prepare = { rule: 'resize', filter: 'bilinear', crop };
  const data = { dataset: path, folder: { size, valid }, prepare };
  const { labels, train } = await loadDataOf(data);
  const shown = labels.slice(0, 5).join(', ');
  return {
    name: slugOf(path),
    description: `Pictures of ${labels.length} classes: ${shown}${labels.length > 5 ? ', ...' : ''}`,
    ...(Object.keys(options).length > 0 && { options }),
    ...data,
    architecture: { name: 'small-cnn', filters: [32, 64, 128] },
    standardise: PHOTOGRAPHS,
    augment: presets.photo,
    optimizer: { name: 'adamw', beta2: 0.99, weightDecay: 0.01 },
    schedule: { name: 'one-cycle', learningRate: 0.003 },
    labelSmoothing: 0,
    // A batch is never larger than the training pictures.
    batchSize: Math.min(BATCH, train.n),
    epochs: 10,
    seed: 1,
  };
}
