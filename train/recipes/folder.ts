// The recipe for a folder of pictures: what is trained when nothing but a path is said.
import { UserError } from '../../models/errors.ts';
import type { Prepare } from '../../models/image/prepare.ts';
import { nearest } from '../../models/nearest.ts';
import { presets } from '../augment/index.ts';
import { slugOf } from '../datasets/folder/index.ts';
import { loadDataOf } from '../datasets/index.ts';
import { type FolderNetwork, folderNetworks, USUAL } from './networks.ts';
import type { RecipeInput } from './recipe.ts';

/** How a folder's pictures are read; see `folder` and `prepare` of a recipe. */
export interface FolderChoice {
  /** Absolute. */
  readonly path: string;
  /** Name of the network; see networks.ts. */
  readonly architecture?: string | undefined;
  readonly size?: number | undefined;
  readonly valid?: number | undefined;
  readonly crop?: 'centre' | 'stretch' | undefined;
  /** What was asked for on the command line, by option. */
  readonly options: Readonly<Record<string, string>>;
}

/** As fastai's `valid_pct`. */
const VALID = 0.2;

/**
 * Looks at a folder, which prepares its pictures if that has not been done, and makes its recipe: how many pictures
 * and classes there are decides part of it.
 * @throws UserError if the folder cannot be trained on
 */
export async function folderRecipe(choice: FolderChoice): Promise<RecipeInput> {
  const { path, valid = VALID, crop = 'centre', options } = choice;
  const network = networkCalled(choice.architecture ?? USUAL);
  const { size = network.size } = choice;
  const prepare: Prepare = { rule: 'resize', filter: 'bilinear', crop };
  const data = { dataset: path, folder: { size, valid }, prepare };
  const { labels, train } = await loadDataOf(data);
  const shown = labels.slice(0, 5).join(', ');
  return {
    name: slugOf(path),
    description: `Pictures of ${labels.length} classes: ${shown}${labels.length > 5 ? ', ...' : ''}`,
    ...(Object.keys(options).length > 0 && { options }),
    ...data,
    ...network.recipe,
    augment: presets.photo,
    labelSmoothing: 0,
    tta: 'mirror',
    // A batch is never larger than the training pictures.
    batchSize: Math.min(network.recipe.batchSize, train.n),
    seed: 1,
  };
}

function networkCalled(name: string): FolderNetwork {
  const network = folderNetworks.get(name);
  if (network !== undefined) return network;
  const names = [...folderNetworks.keys()];
  const guess = nearest(name, names);
  throw new UserError(
    `--architecture takes ${names.join(', ')}; received ${JSON.stringify(name)}.${guess ? ` Did you mean ${guess}?` : ''}`,
  );
}
