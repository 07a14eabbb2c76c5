// The phases of a step: from which share of a training on it has other weights to train, or sees larger pictures.
import { UserError } from '../../models/errors.ts';
import { createArchitecture } from '../architectures/index.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { type Architecture, dryRun } from '../layers/net.ts';
import { shrink } from '../layers/shrink.ts';
import { phasesOf } from '../optimizers/groups.ts';
import type { Recipe } from '../recipes/recipe.ts';

type Sized = Pick<Recipe, 'epochs'> & Partial<Pick<Recipe, 'sizes' | 'freeze'>>;

/** Shares of the training at which a phase begins, in order; 0 is the first. */
export function stepPhases(recipe: Sized & Pick<Recipe, 'groups'>): number[] {
  const starts = [...phasesOf(recipe.groups), ...sizeStarts(recipe).map(({ from }) => from)];
  return [...new Set(starts)].sort((a, b) => a - b);
}

/** The side at which pictures are seen after the share `done` of the training; undefined for their own. */
export function sizeAt(recipe: Sized, done: number): number | undefined {
  return sizeStarts(recipe).findLast(({ from }) => from <= done)?.size;
}

/**
 * When each size begins: those of the recipe, then the pictures' own. After the frozen epochs each has as many epochs as the
 * others, rounded.
 */
function sizeStarts({ sizes = [], epochs, freeze }: Sized): { from: number; size: number | undefined }[] {
  if (sizes.length === 0) return [];
  const frozen = Math.min(freeze?.epochs ?? 0, epochs);
  const all = [...sizes, undefined];
  return all.map((size, i) => ({
    from: (frozen + Math.round(((epochs - frozen) * i) / all.length)) / epochs,
    size,
  }));
}

/** A network that sees its pictures shrunk to `size`. */
export function seenAt(architecture: Architecture, size: number | undefined): Architecture {
  return size === undefined ? architecture : (net, images) => architecture(net, shrink(images, size));
}

/** Which epochs see which size, for the terminal; undefined where all see their own. */
export function sizesInWords(recipe: Sized, shape: readonly number[]): string | undefined {
  const starts = sizeStarts(recipe);
  if (starts.length === 0) return undefined;
  const words = starts.map(
    ({ from, size = shape[0] ?? 0 }) =>
      `${size}x${size} from epoch ${Math.round(from * recipe.epochs) + 1} on`,
  );
  return `Pictures are seen at ${words.join(', ')}; every epoch is validated at ${shape[0]}x${shape[0]}.`;
}

/** @throws UserError when a size is not smaller than the next, or the network has weights for one size of pictures alone. */
export function checkSizes(recipe: Recipe, { shape, labels }: Pick<Dataset, 'shape' | 'labels'>): void {
  const { sizes = [], architecture, backbone } = recipe;
  if (sizes.length === 0) return;
  const all = [...sizes, shape[0]];
  if (backbone !== undefined)
    throw new UserError(
      '--sizes has no meaning here: the features of --backbone are computed once, at one size.',
    );
  if (all.some((size, i) => size >= (all[i + 1] ?? Number.POSITIVE_INFINITY)))
    throw new UserError(
      `--sizes ${all.join(',')}: expected each to be larger than the one before, such as 128,224.`,
    );
  const network = createArchitecture(architecture, labels.length);
  const shapesAt = (size: number) =>
    JSON.stringify(
      [...dryRun(network, [size, size, shape[2]])].map(([name, { shape: dims }]) => [name, dims]),
    );
  for (const size of sizes)
    if (shapesAt(size) !== shapesAt(shape[0]))
      throw new UserError(
        `--sizes ${all.join(',')}: ${architecture.name} has weights for pictures of one size, since it does not average over places at its end. Expected a network such as efficientnet-lite0 or resnet-small.`,
      );
}
