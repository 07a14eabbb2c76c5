// The recipe for a folder of pictures: what is trained when nothing but a path is given.
import { basename } from 'node:path';
import { isHubAddress } from '../../hub/address.ts';
import { UserError } from '../../models/errors.ts';
import type { Prepare } from '../../models/image/prepare.ts';
import { oneOf } from '../../models/nearest.ts';
import { presets } from '../augment/index.ts';
import { type AskedBackbone, chooseBackbone } from '../backbone/index.ts';
import type { Fold } from '../datasets/folder/choose-sides.ts';
import { slugOf } from '../datasets/folder/index.ts';
import type { Dataset } from '../datasets/index.ts';
import type { Progress } from '../progress.ts';
import type { TargetTask, Task } from '../tasks/task.ts';
import { loadPictures } from './load-data.ts';
import { type FolderNetwork, folderNetworks, onFeatures, USUAL } from './networks.ts';
import type { RecipeInput } from './recipe.ts';

/** What was asked for of a folder; see `folder` and `prepare` of a recipe. */
export interface AskedFolder {
  /** Name of the network; see networks.ts. */
  readonly architecture?: string | undefined;
  readonly size?: number | undefined;
  /** Sides at which pictures are seen before. */
  readonly sizes?: readonly number[] | undefined;
  /** A share of the training pictures, or the test folder. */
  readonly valid?: number | 'test' | undefined;
  /** Where the pictures of the test are, if elsewhere; absolute. */
  readonly tests?: string | undefined;
  readonly crop?: 'center' | 'stretch' | undefined;
  /** What is learned of a table, its columns of labels, and what is between several labels in a cell. */
  readonly as?: Task | undefined;
  readonly label?: readonly string[] | undefined;
  readonly delimiter?: string | undefined;
  /** What groups the pictures, which are not put on two sides. */
  readonly group?: string | undefined;
  /** Which of several folds validates. */
  readonly fold?: Fold | undefined;
  /** A network from elsewhere, in place of ours. */
  readonly network?: AskedBackbone | undefined;
  /** What was asked for on the command line, by option, for the recipe to keep. */
  readonly options: Readonly<Record<string, string>>;
}

export interface FolderChoice extends AskedFolder {
  /** Absolute. */
  readonly path: string;
}

/** As fastai's `valid_pct`. */
const VALID = 0.2;

/**
 * Loads the pictures of a folder, which prepares them if that has not been done, and makes its recipe: how many pictures
 * and classes there are decides part of it.
 * @throws UserError if the folder cannot be trained on
 */
export async function folderRecipe(
  choice: FolderChoice,
  progress: Progress = {},
): Promise<{ recipe: RecipeInput; pictures: Dataset }> {
  const network = await networkOf(choice, progress);
  const { valid } = choice;
  const pictures = await loadPictures(
    dataOf({ ...choice, test: valid === 'test' ? undefined : 'kept' }, network),
    undefined,
    progress,
  );
  const { labels, task, train, findings } = pictures;
  if (valid === 'test' && findings?.test !== 'validates')
    throw new UserError(
      `--valid test: ${choice.path} has no folder test/ with the classes of training, or it has valid/ beside it: leave --valid out, or give a share such as 0.2.`,
    );
  const test = findings?.test === 'kept' ? 'kept' : undefined;
  // Of folds, each is trained with batches of the same size.
  const all = train.n + pictures.validation.n;
  const images = findings?.folds === undefined ? train.n : all - Math.max(...findings.folds);
  return { recipe: recipeOn({ ...choice, labels, task, images, test }, network), pictures };
}

/** What is known of a folder before its recipe can be made. */
export type KnownFolder = Pick<
  FolderChoice,
  'path' | 'sizes' | 'valid' | 'tests' | 'options' | 'as' | 'label' | 'delimiter' | 'group' | 'fold'
> & {
  /** What is learned, where that is not one class of each picture. */
  readonly task?: TargetTask | undefined;
  readonly labels: readonly string[];
  /** Pictures to train on. */
  readonly images: number;
  /** Whether there is a test folder that could validate and does not. */
  readonly test?: 'kept' | undefined;
};

/** The recipe of a folder and the network that is trained on it. */
export function recipeOn(folder: KnownFolder, network: ChosenNetwork): RecipeInput {
  const { path, sizes, labels, task, images, options } = folder;
  const shown = labels.slice(0, 5).join(', ');
  return {
    name: slugOf(path),
    description: `Pictures ${kindOf(task, labels.length)}: ${shown}${labels.length > 5 ? ', ...' : ''}`,
    ...(task && { task }),
    ...(sizes && { sizes: [...sizes] }),
    ...(Object.keys(options).length > 0 && { options }),
    ...dataOf(folder, network),
    // Features are made once, of pictures as they are.
    ...(network.recipe.backbone ? { augment: {} } : { augment: presets.photo, tta: 'mirror' }),
    ...network.recipe,
    labelSmoothing: 0,
    // A batch is never larger than the training pictures.
    batchSize: Math.min(network.recipe.batchSize, images),
    seed: 1,
  };
}

/** What a picture has, in the words of a description. */
function kindOf(task: TargetTask | undefined, count: number): string {
  if (task === 'regression') return count === 1 ? 'with a number' : `with ${count} numbers`;
  return task === 'multi' ? `with any of ${count} labels` : `of ${count} classes`;
}

/** A network with the pictures that it takes. */
export type ChosenNetwork = FolderNetwork & {
  readonly prepare: Prepare;
  readonly folder?: { readonly channels?: 1 };
};

function dataOf(
  {
    path,
    valid = VALID,
    test,
    tests,
    as,
    label,
    delimiter,
    group,
    fold,
  }: Pick<KnownFolder, 'path' | 'valid' | 'test' | 'tests' | 'as' | 'label' | 'delimiter' | 'group' | 'fold'>,
  network: ChosenNetwork,
) {
  const { size, prepare, folder } = network;
  const share = valid === 'test' ? VALID : valid;
  const reading = {
    ...(as && { as }),
    ...(label && { label: [...label] }),
    ...(delimiter && { delimiter }),
    ...(group && { group }),
  };
  return {
    dataset: path,
    folder: {
      size,
      valid: share,
      ...(test && { test }),
      ...(tests && { tests }),
      ...(fold && { fold }),
      ...reading,
      ...folder,
    },
    prepare,
  };
}

/** A network of ours. @throws UserError when there is none of that name. */
export function ourNetwork({
  architecture,
  size,
  crop = 'center',
}: Pick<FolderChoice, 'architecture' | 'size' | 'crop'>): ChosenNetwork {
  const names = [...folderNetworks.keys()];
  const name = architecture === undefined ? USUAL : oneOf('--architecture', names, architecture);
  const ours = folderNetworks.get(name);
  if (ours === undefined) throw new Error(`there is no network ${name} for folders`);
  return { ...ours, size: size ?? ours.size, prepare: { rule: 'resize', filter: 'bilinear', crop } };
}

/** The network that is chosen, ours or a file from elsewhere. */
async function networkOf(choice: FolderChoice, progress: Progress): Promise<ChosenNetwork> {
  const { network: file, size, crop } = choice;
  if (file === undefined) return ourNetwork(choice);
  const { backbone, input } = await chooseBackbone(file, size, progress);
  const plain: Prepare = { rule: 'resize', filter: 'bilinear', crop: 'center' };
  const { prepare = plain, standardize, channels } = input;
  return {
    description: `a head on the features of ${isHubAddress(file.path) ? file.path : basename(file.path)}`,
    size: input.size,
    // Another crop can be asked for where pictures are resized at all.
    prepare: crop !== undefined && prepare.rule === 'resize' ? { ...prepare, crop } : prepare,
    recipe: { ...onFeatures, backbone, standardize },
    ...(channels === 1 && { folder: { channels } }),
  };
}
