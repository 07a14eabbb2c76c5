// What a training starts from: weights drawn from its seed, statistics of its data, or another training's weights.
import { createHash } from 'node:crypto';
import type { Tensor } from '@tensorflow/tfjs-node-gpu';
import { UserError } from '../../models/errors.ts';
import { readPretrained } from '../architectures/pretrained.ts';
import { type Dataset, imagesOf } from '../datasets/index.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import { tf, uint8Tensor } from '../graph/tensorflow.ts';
import { standardized } from '../layers/forward.ts';
import type { Examples } from '../layers/initializers.ts';
import { MEAN_IMAGE, meanImageOf } from '../layers/mean-image.ts';
import { type Architecture, allParameters, createParameters, type Parameters } from '../layers/net.ts';
import type { Recipe } from '../recipes/index.ts';
import type { Checkpoint } from '../runs/checkpoint.ts';
import { addClassWeights, CLASS_WEIGHTS, classWeightsOf } from '../tasks/class-weights.ts';
import { addTargetScale, isTargetScale, targetScaleOf } from '../tasks/target-scale.ts';
import { taskOf } from '../tasks/task.ts';
import { averageOf } from './step-variables.ts';

/** Weights and statistics by name. */
export type Weights = ReadonlyMap<string, NamedTensor>;

/** The weights with which a training of `recipe` begins, and the statistics of its data that are part of the network. */
export function initialParameters(recipe: Recipe, dataset: Dataset, architecture: Architecture): Parameters {
  const mean = recipe.standardize.meanImage ? meanImageOf(dataset) : undefined;
  const parameters = createParameters(architecture, dataset.shape, recipe.seed, () =>
    standardizedExamples(recipe, dataset, mean),
  );
  if (mean !== undefined)
    parameters.statistics.set(
      MEAN_IMAGE,
      tf.tidy(() => tf.variable(tf.tensor3d(mean, [...dataset.shape]), false)),
    );
  addConstants(parameters, recipe, dataset);
  if (recipe.pretrained !== undefined) takeWeights(parameters, readPretrained(recipe.pretrained));
  return parameters;
}

/** What a step has to know of the data: the scale of numbers, or the weights of classes. */
export function addConstants(parameters: Parameters, recipe: Recipe, dataset: Dataset): void {
  if (taskOf(recipe) === 'regression') addTargetScale(parameters, targetScaleOf(dataset.train));
  if (recipe.classWeights !== undefined)
    addClassWeights(parameters, classWeightsOf(recipe.classWeights, dataset));
}

/** Pictures from which a whitening layer is made, as many as in arXiv 2404.00498, section 3.1. */
const EXAMPLES = 5000;

function standardizedExamples(
  { standardize }: Recipe,
  { train, shape }: Dataset,
  mean: Float32Array | undefined,
): Examples {
  const n = Math.min(EXAMPLES, train.n);
  const dims = [n, ...shape] as const;
  const values = tf.tidy(() => {
    const images = uint8Tensor(imagesOf(train, 0, n), [...dims]);
    const average = mean && tf.tensor3d(mean, [...shape]);
    return standardized(images, standardize, average).dataSync() as Float32Array;
  });
  return { values, shape: dims };
}

/**
 * The weights and statistics of a checkpoint that answer: the averaged ones where its recipe averages. Slots of the
 * optimizer and slow copies are left out.
 */
export function weightsOf({ recipe, tensors }: Checkpoint): Map<string, NamedTensor> {
  const names = [...tensors.keys()].filter((name) => !/^(optimizer|average|lookahead|sum)\//.test(name));
  return new Map(
    names.flatMap((name) => {
      const tensor = tensors.get(recipe.average ? averageOf(name) : name);
      return tensor === undefined ? [] : [[name, tensor] as const];
    }),
  );
}

/** SHA-256 of names, shapes and values: what a recipe keeps of the weights from which it starts. */
export function weightsDigest(weights: Weights): string {
  const hash = createHash('sha256');
  for (const [name, { shape, values }] of weights) hash.update(JSON.stringify([name, shape])).update(values);
  return hash.digest('hex');
}

/**
 * Puts `weights` into the parameters of the same name and shape; the others stay as they were drawn.
 * @returns The names of those.
 * @throws UserError when not one fits.
 */
export function takeWeights(parameters: Parameters, weights: Weights): string[] {
  const fresh: string[] = [];
  // The scale of numbers and the weights of classes are those of the data at hand.
  const isOfData = (name: string) => isTargetScale(name) || name === CLASS_WEIGHTS;
  const all = new Map([...allParameters(parameters)].filter(([name]) => !isOfData(name)));
  for (const [name, variable] of all) {
    const tensor = weights.get(name);
    if (tensor === undefined || tensor.shape.join() !== variable.shape.join()) {
      fresh.push(name);
      continue;
    }
    tf.tidy(() => {
      const values: Tensor = tf.tensor(tensor.values, [...tensor.shape], 'float32');
      variable.assign(values as Tensor<never>);
    });
  }
  if (fresh.length < all.size) return fresh;
  const shown = (names: Iterable<string>) => [...names].slice(0, 4).join(', ');
  throw new UserError(
    `None of the checkpoint's weights (${shown(weights.keys())}, ...) fits the network, which has ${shown(all.keys())}, ... of other names or shapes.`,
  );
}
