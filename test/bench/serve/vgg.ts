// The model of the heavy load: a VGG for 32x32 pictures, 16 million weights as they are drawn, by our own exporter.
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { exportModel } from '../../../export/publish/export.ts';
import { cacheFolder } from '../../../setup/paths.mjs';
import { createArchitecture } from '../../../train/architectures/index.ts';
import { probabilitiesOf } from '../../../train/layers/forward.ts';
import { allParameters, countWeights, createParameters, netOf } from '../../../train/layers/net.ts';
import { findRecipe, recipeDigest } from '../../../train/recipes/index.ts';
import { CLASSES, randomSplit } from '../train/networks.ts';

/** Pictures that hold the file against TensorFlow. */
const PROVEN = 64;

/**
 * The folder of a repository that holds `vgg` alone; it is made if it is missing. The time of a run does not depend on
 * what the weights are; what they answer differs from picture to picture, so that answers can be compared.
 */
export async function vggRepository(): Promise<string> {
  const folder = join(cacheFolder(), 'bench', 'serve-vgg');
  if (existsSync(folder)) return folder;
  console.error(`Making ${folder}`);
  const making = `${folder}.${process.pid}`;
  const base = findRecipe('vgg-cifar', {}, { preset: 'raw' });
  const recipe = { ...base, standardize: { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] } };
  const architecture = createArchitecture(recipe.architecture, CLASSES);
  const shape = [32, 32, 3] as const;
  const parameters = createParameters(architecture, shape, recipe.seed);
  const net = netOf(parameters, { training: false });
  const probabilities = (images: Tensor) => probabilitiesOf(net, architecture, recipe.standardize, images);
  const labels = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
  const card = {
    name: 'vgg',
    description: 'A VGG that was never trained, for benchmarks',
    labels,
    input: { shape: [...shape] as [32, 32, 3], prepare: recipe.prepare },
    architecture: { name: 'vgg', parameters: countWeights(parameters) },
    tta: 'none' as const,
    recipe,
    recipeDigest: recipeDigest(recipe),
    datasets: [],
  };
  const variables = allParameters(parameters);
  await exportModel(
    { card, probabilities, variables, judged: randomSplit(PROVEN, shape) },
    { repository: making },
  );
  rmSync(folder, { recursive: true, force: true });
  renameSync(making, folder);
  return folder;
}
