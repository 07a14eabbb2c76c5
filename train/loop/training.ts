// A training at its beginning: the compiled step of a recipe with its initial weights.
import { UserError } from '../../models/errors.ts';
import { createArchitecture } from '../architectures/index.ts';
import type { Cluster } from '../cluster/join.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { disposeParameters } from '../layers/net.ts';
import { inOwnCode } from '../project/in-own-code.ts';
import type { Recipe } from '../recipes/index.ts';
import { builtIn, type Registry } from '../recipes/registry.ts';
import { classWeightsOf } from '../tasks/class-weights.ts';
import { taskOf } from '../tasks/task.ts';
import { initialParameters, takeWeights, type Weights } from './initial-weights.ts';
import { checkSizes } from './phases.ts';
import { createStep, type TrainingStep } from './step.ts';

/**
 * Checks that `dataset` can be trained on as the recipe says, before a run is made of it.
 * @throws UserError when a batch has more images than there are, the task is another, or a class is named that there is not.
 */
export function checkFits(recipe: Recipe, dataset: Dataset): void {
  const { batchSize } = recipe;
  const { name, train } = dataset;
  if (batchSize > train.n)
    throw new UserError(
      `The batch size is ${batchSize}, but ${name} has ${train.n} training images: choose a smaller one.`,
    );
  checkTask(recipe, dataset);
  checkClasses(recipe, dataset);
  checkSizes(recipe, dataset);
}

/** @throws UserError when the data are of another task than the recipe. */
function checkTask(recipe: Recipe, { name, task }: Dataset): void {
  if (recipe.task === task) return;
  throw new UserError(
    `The recipe ${recipe.name} is of the task ${taskOf(recipe)}, but ${name} has data of the task ${taskOf({ task })}. Give the recipe the task of its data.`,
  );
}

/** @throws UserError when something is asked of classes that there are not, or of pictures that have several labels or numbers. */
function checkClasses(recipe: Recipe, dataset: Dataset): void {
  const { classWeights, sampling, focal, labelSmoothing, distill, loss } = recipe;
  if (loss !== undefined && taskOf(recipe) !== 'regression')
    throw new UserError(
      `--loss is for numbers, but ${recipe.name} is of the task ${taskOf(recipe)}: leave it out.`,
    );
  const forClasses = labelSmoothing > 0 ? 'label-smoothing' : distill && 'distill';
  if (taskOf(recipe) === 'regression' && forClasses !== undefined)
    throw new UserError(
      `--${forClasses} is for classes and labels, but ${recipe.name} learns numbers: leave it out.`,
    );
  if (taskOf(recipe) === 'single') {
    if (classWeights !== undefined) classWeightsOf(classWeights, dataset);
    return;
  }
  const asked = Object.entries({ 'class-weights': classWeights, sampling, focal });
  const [option] = asked.find(([, value]) => value !== undefined) ?? [];
  if (option !== undefined)
    throw new UserError(
      `--${option} is for pictures of one class each, but ${recipe.name} is of the task ${taskOf(recipe)}: leave it out.`,
    );
}

/** The step of `recipe` at its beginning; with `weights`, from those of them that fit; with `cluster`, one task's. */
export function createTraining(
  recipe: Recipe,
  dataset: Dataset,
  weights?: Weights,
  { architectures, optimizers }: Registry = builtIn,
  cluster?: Cluster,
): TrainingStep {
  checkTask(recipe, dataset);
  checkClasses(recipe, dataset);
  return inOwnCode(recipe, () => {
    const architecture = createArchitecture(recipe.architecture, dataset.labels.length, architectures);
    const parameters = initialParameters(recipe, dataset, architecture);
    if (weights !== undefined) takeWeights(parameters, weights);
    const training = createStep(recipe, architecture, parameters, dataset.shape, optimizers, cluster);
    disposeParameters(parameters);
    return training;
  });
}
