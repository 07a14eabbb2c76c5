// Second step from the command line to a run: from checked arguments to a recipe, and the pictures that it was made of.
import { UserError } from '../../models/errors.ts';
import { command } from '../../setup/invocation.mjs';
import type { Dataset } from '../datasets/index.ts';
import type { AskedDistill } from '../distill/schema.ts';
import { chooseTeacher } from '../distill/teacher.ts';
import type { Progress } from '../progress.ts';
import type { DefinedRecipe } from '../project/define-recipe.ts';
import { located } from '../project/find-module.ts';
import type { Project } from '../project/load-module.ts';
import { onlyRecipe, ownPartOf, recipeNamed, resolveOwn } from '../project/own-recipe.ts';
import { loadProject, loadProjectHere } from '../project/project.ts';
import { registryOf } from '../project/registry-of.ts';
import { adjusted } from '../recipes/adjust.ts';
import { families } from '../recipes/families.ts';
import { folderRecipe } from '../recipes/folder.ts';
import { augmented, findRecipe, type Recipe, resolveRecipe } from '../recipes/index.ts';
import { loadTrainingData, taught, withFeatures } from '../recipes/load-data.ts';
import { builtIn, type Registry } from '../recipes/registry.ts';
import { readModelFile, recipeOfCard } from '../runs/weights-of-model-file.ts';
import type { Asked } from './check-arguments.ts';
import { precisionsFor } from './precision.ts';

export interface AskedRecipe {
  /** In the precision to train it in, then in others in which it may have been interrupted. */
  readonly recipes: readonly [Recipe, ...Recipe[]];
  /** The data, loaded when first asked for; what has been read for the recipe is not read again. */
  data(): Promise<Dataset>;
}

/**
 * The recipe that is asked for. A folder's pictures are prepared and loaded for it: how many there are decides part of it.
 * @throws UserError if there is no such recipe, an option is not one of its own, or the folder cannot be trained on
 */
export async function recipeOfArguments(asked: Asked, progress: Progress = {}): Promise<AskedRecipe> {
  const { recipe: found, pictures, registry = builtIn } = await namedRecipe(asked, progress);
  const { batchSize, accumulate, seed, budget } = asked;
  const own = await withDistill(adjusted(found, asked), asked.distill, progress);
  const given = {
    ...own,
    batchSize: batchSize ?? own.batchSize,
    accumulate: accumulate ?? own.accumulate,
    seed: seed ?? own.seed,
    ...(budget !== undefined && { budget }),
  };
  const recipe = resolveRecipe(given, registry === builtIn ? undefined : registry);
  // A head on features takes next to no time, whatever its precision.
  const [first, ...others] = precisionsFor(recipe.backbone ? 'float32' : asked.precision);
  const inPrecision = (precision: Recipe['precision']): Recipe => ({ ...recipe, precision });
  return {
    recipes: [inPrecision(first), ...others.map(inPrecision)],
    data: once(() =>
      pictures === undefined
        ? loadTrainingData(recipe, registry.datasets, progress)
        : withFeatures(pictures, recipe, progress).then((data) =>
            taught(data, recipe, registry.datasets, progress),
          ),
    ),
  };
}

/** The recipe with the teacher that is asked for; with its own one where nothing is said. */
async function withDistill(
  recipe: Recipe,
  asked: AskedDistill | undefined,
  progress: Progress,
): Promise<Recipe> {
  if (asked === undefined) return recipe;
  const { distill: _before, ...rest } = recipe;
  return asked.teacher === 'off' ? rest : { ...rest, distill: await chooseTeacher(asked, progress) };
}

/** A function that does `work` at the first call, and gives the same at every other. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

/** A recipe with what was loaded for it. */
interface NamedRecipe {
  readonly recipe: Recipe;
  readonly pictures?: Dataset;
  /** What it names, where that is not ours alone. */
  readonly registry?: Registry;
}

/** One of ours, or of the config in the working folder or above it. @throws UserError when there is none. */
async function recipeByName(name: string, chosen: Asked['chosen'], progress: Progress): Promise<NamedRecipe> {
  const isOurs = families.some(({ recipe }) => recipe.name === name);
  const project = isOurs ? undefined : await loadProjectHere();
  if (project === undefined) return { recipe: findRecipe(name, {}, chosen) };
  return ownRecipe(recipeNamed(project, name), project, chosen, progress);
}

async function ownRecipe(
  own: DefinedRecipe,
  project: Project,
  chosen: Asked['chosen'],
  progress: Progress,
): Promise<NamedRecipe> {
  const { recipe, pictures } = await resolveOwn(own, project, progress);
  return { recipe: augmented(recipe, chosen), pictures, registry: project.registry };
}

/**
 * One that a program has as a value. What it names has to be ours: the code of a recipe file is kept with its runs, which
 * could not go on or be exported without it.
 * @throws UserError where it has something of the program's own
 */
async function definedRecipe(
  own: DefinedRecipe,
  chosen: Asked['chosen'],
  progress: Progress,
): Promise<NamedRecipe> {
  const kind = ownPartOf(own);
  if (kind !== undefined)
    throw new UserError(
      `The recipe ${own.name} has ${kind} of your own, whose code a run keeps: put the recipe into a file that exports it (export default defineRecipe(...)), and train that: train(new URL('./${own.name}.recipe.ts', import.meta.url)).`,
    );
  const { recipe, pictures } = await resolveOwn(own, { registry: builtIn }, progress);
  return { recipe: augmented(recipe, chosen), pictures };
}

/** @throws UserError for a model of a folder: its card has the folder's name alone. */
async function recipeOfModel(path: string): Promise<NamedRecipe> {
  const found = recipeOfCard(readModelFile(path).card);
  const recipe = found.module === undefined ? found : { ...found, module: located(found.module) };
  const registry = await registryOf(recipe);
  if (registry.datasets.some(({ name }) => name === recipe.dataset)) return { recipe, registry };
  throw new UserError(
    `${path} was trained on a folder of pictures, ${recipe.dataset}, and its card does not say where that is. Name the folder: ${command('train', ['./photos', '--from', path])}`,
  );
}

/** The recipe by its name, of a folder or of a model file's card, with the options of families and of augmentation. */
async function namedRecipe({ subject, chosen, folder }: Asked, progress: Progress): Promise<NamedRecipe> {
  switch (subject.kind) {
    case 'none':
      throw new UserError(`Name a recipe or a folder of pictures: ${command('train')} lists the recipes.`);
    case 'recipe':
      return recipeByName(subject.name, chosen, progress);
    case 'recipe file': {
      const project = await loadProject(subject.path);
      return ownRecipe(onlyRecipe(project), project, chosen, progress);
    }
    case 'defined recipe':
      return definedRecipe(subject.recipe, chosen, progress);
    case 'model file': {
      const { recipe, registry } = await recipeOfModel(subject.path);
      return { recipe: augmented(recipe, chosen), ...(registry && { registry }) };
    }
    case 'folder': {
      const { recipe, pictures } = await folderRecipe({ path: subject.path, ...folder }, progress);
      return { recipe: resolveRecipe(augmented(recipe, chosen)), pictures };
    }
  }
}
