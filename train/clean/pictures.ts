// The labeled pictures that are cleaned: each with its label, its side, its pixels and its features.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { canonicalJson } from '../../models/canonical.ts';
import { UserError } from '../../models/errors.ts';
import type { Shape } from '../../models/image/shape.ts';
import { cacheFolder } from '../../setup/paths.mjs';
import { createArchitecture } from '../architectures/index.ts';
import { fetchPretrained, readPretrained } from '../architectures/pretrained.ts';
import { writeFeatures } from '../backbone/cache.ts';
import { readBytes } from '../datasets/dataset.ts';
import { findPictures } from '../datasets/folder/find.ts';
import { looksSame } from '../datasets/folder/near-duplicates.ts';
import { findShards } from '../datasets/folder/shards/index.ts';
import type { Side } from '../datasets/folder/sides.ts';
import { checkThere } from '../datasets/folder/there.ts';
import { unitsOf } from '../datasets/folder/units.ts';
import { isZip } from '../datasets/folder/zip.ts';
import { type Dataset, imagesOf, type Split } from '../datasets/index.ts';
import { disposeParameters } from '../layers/net.ts';
import { createExtractor, type Extractor } from '../loop/features.ts';
import { initialParameters } from '../loop/initial-weights.ts';
import type { Progress } from '../progress.ts';
import { folderRecipe } from '../recipes/folder.ts';
import { type Recipe, resolveRecipe } from '../recipes/index.ts';

export interface CleanPicture {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Index of its class, as the folder or the table says. */
  readonly label: number;
  /** Where the folder or the table says it. */
  readonly side: Side | undefined;
}

export interface CleanPictures {
  /** What the paths are relative to, absolute. */
  readonly root: string;
  readonly labels: readonly string[];
  readonly pictures: readonly CleanPicture[];
  /** `[N,F]` of a frozen network that was trained on ImageNet. */
  readonly features: Float32Array;
  /** Places of pictures that are copies or look the same, each picture in one. */
  readonly units: readonly (readonly number[])[];
  /** `[H,W,C]` */
  readonly shape: Shape;
  /** Of the picture at a place: uint8 of that shape. */
  pixelsOf(place: number): Uint8Array;
}

export interface CleanOptions {
  /** Of the pretrained network; as `train` has it if left out. */
  readonly architecture?: string | undefined;
  /** Side of its input, pixels. */
  readonly size?: number | undefined;
}

/**
 * Loads the pictures under `path` as `train` does, and makes their features, which are kept in the cache.
 * @throws UserError where they are not single files with one class each, or the network is not a pretrained one
 */
export async function loadCleanPictures(
  path: string,
  { architecture, size }: CleanOptions,
  progress: Progress = {},
): Promise<CleanPictures> {
  checkThere(path);
  if (isZip(path) || (await findShards(path)) !== undefined)
    throw new UserError(
      `${path} has its pictures in an archive or in shards: labels are cleaned of pictures that are files. Unpack it, and name the folder.`,
    );
  const listing = findPictures(path);
  if (listing.task !== undefined)
    throw new UserError(
      `The labels of ${path} are ${listing.task === 'regression' ? 'numbers' : 'several for a picture'}: expected one class for each.`,
    );
  const { recipe: written, pictures: dataset } = await folderRecipe(
    { path, architecture, size, options: {} },
    progress,
  );
  const recipe = resolveRecipe(written);
  if (recipe.pretrained === undefined)
    throw new UserError(
      `--architecture ${architecture}: expected a network that was trained on ImageNet, such as efficientnet-lite0.`,
    );
  const sides = new Map(listing.found.map(({ path: file, split }) => [file, split]));
  const splits = [dataset.train, dataset.validation, ...(dataset.test ? [dataset.test] : [])];
  const pictures = splits.flatMap(({ files = [], labels }) =>
    files.map((file, i): CleanPicture => ({ path: file, label: labels[i] ?? 0, side: sides.get(file) })),
  );
  const hashed = pictures.map(({ path: file }) => {
    const { hash = '', look = '' } = dataset.hashed?.get(file) ?? {};
    return { path: file, hash, look };
  });
  const pixels = pixelsOf(splits);
  const { shape } = dataset;
  const { units } = unitsOf(hashed, (i, j) => looksSame(pixels(i), pixels(j), shape));
  return {
    root: listing.root,
    labels: dataset.labels,
    pictures,
    features: await featuresOf(dataset, recipe, pictures.length, progress),
    units,
    shape,
    pixelsOf: pixels,
  };
}

/** The pixels of a picture by its place among all. */
function pixelsOf(splits: readonly Split[]): (place: number) => Uint8Array {
  return (place) => {
    let at = place;
    for (const split of splits) {
      if (at < split.n) return imagesOf(split, at, at + 1);
      at -= split.n;
    }
    throw new RangeError(`there is no picture ${place}`);
  };
}

/** Features by the frozen part of a recipe's pretrained network, from the cache where they have been made before. */
async function featuresOf(
  dataset: Dataset,
  recipe: Recipe,
  n: number,
  progress: Progress,
): Promise<Float32Array> {
  const { pretrained, standardize } = recipe;
  const { shape, digests } = dataset;
  const key = createHash('sha256')
    .update(canonicalJson({ pretrained, standardize, shape, digests }))
    .digest('hex');
  const folder = join(cacheFolder(), 'features');
  const path = join(folder, `clean-${dataset.name}-${key.slice(0, 16)}`);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    await fetchPretrained(recipe);
    const extractor = openPretrained(recipe, dataset, shape);
    try {
      const size = extractor.features * Float32Array.BYTES_PER_ELEMENT;
      await writeFeatures(dataset, extractor, size, folder, path, progress);
    } finally {
      await extractor.close();
    }
  }
  const features = new Float32Array(statSync(path).size / Float32Array.BYTES_PER_ELEMENT);
  if (features.length % n !== 0 || features.length === 0)
    throw new UserError(
      `${basename(path)} in ${folder} is damaged: delete it, and give the same command again.`,
    );
  readBytes(path, new Uint8Array(features.buffer), 0);
  return features;
}

function openPretrained(recipe: Recipe, dataset: Dataset, shape: Shape): Extractor {
  const architecture = createArchitecture(recipe.architecture, dataset.labels.length);
  const { parts } = architecture;
  if (recipe.pretrained === undefined || parts === undefined)
    throw new Error(`${recipe.architecture.name} is no pretrained network`);
  const parameters = initialParameters(recipe, dataset, architecture);
  const state = new Map([...readPretrained(recipe.pretrained)].map(([name, { values }]) => [name, values]));
  const extractor = createExtractor(parts, parameters, state, recipe.standardize, shape);
  disposeParameters(parameters);
  return extractor;
}
