// The recipe for a folder of pictures: what is trained when nothing but a path is said.
import { basename } from 'node:path';
import { UserError } from '../../models/errors.ts';
import type { Prepare } from '../../models/image/prepare.ts';
import { nearest } from '../../models/nearest.ts';
import { presets } from '../augment/index.ts';
import { type BackboneArgs, chooseBackbone } from '../backbone/index.ts';
import { slugOf } from '../datasets/folder/index.ts';
import { loadDataOf } from '../datasets/index.ts';
import { type FolderNetwork, folderNetworks, onFeatures, USUAL } from './networks.ts';
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
  /** A file from elsewhere instead of a network of ours. */
  readonly network?: BackboneArgs | undefined;
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
  const { path, valid = VALID, options } = choice;
  const network = await networkOf(choice);
  const { size, prepare } = network;
  const data = { dataset: path, folder: { size, valid, ...network.folder }, prepare };
  const { labels, train } = await loadDataOf(data);
  const shown = labels.slice(0, 5).join(', ');
  return {
    name: slugOf(path),
    description: `Pictures of ${labels.length} classes: ${shown}${labels.length > 5 ? ', ...' : ''}`,
    ...(Object.keys(options).length > 0 && { options }),
    ...data,
    // Features are made once, of pictures as they are.
    ...(network.recipe.backbone ? { augment: {} } : { augment: presets.photo, tta: 'mirror' }),
    ...network.recipe,
    labelSmoothing: 0,
    // A batch is never larger than the training pictures.
    batchSize: Math.min(network.recipe.batchSize, train.n),
    seed: 1,
  };
}

type Network = FolderNetwork & {
  readonly prepare: Prepare;
  readonly folder?: { readonly channels?: 1 };
};

/** The network that is chosen, ours or a file from elsewhere, with the pictures that it takes. */
async function networkOf({ network: file, architecture, size, crop }: FolderChoice): Promise<Network> {
  const plain = { rule: 'resize', filter: 'bilinear', crop: crop ?? 'centre' } as const;
  if (file?.backbone === undefined) {
    const ours = networkCalled(architecture ?? USUAL);
    return { ...ours, size: size ?? ours.size, prepare: plain };
  }
  const { backbone, input } = await chooseBackbone(file.backbone, file, size);
  const { prepare = plain, standardise, channels } = input;
  return {
    description: `a head on the features of ${basename(file.backbone)}`,
    size: input.size,
    // Another crop can be asked for where pictures are resized at all.
    prepare: crop !== undefined && prepare.rule === 'resize' ? { ...prepare, crop } : prepare,
    recipe: { ...onFeatures, backbone, standardise },
    ...(channels === 1 && { folder: { channels } }),
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
