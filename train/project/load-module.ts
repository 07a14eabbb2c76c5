// Loads bundled code, and makes of what it exports the recipes and the lists that they name.
import { basename, dirname } from 'node:path';
import { UserError } from '../../models/errors.ts';
import type { ModuleOfRecipe } from '../recipes/recipe.ts';
import { builtIn, type Registry } from '../recipes/registry.ts';
import { type Definitions, definitionBehind, type Kind } from './chosen.ts';
import { isConfig } from './define-config.ts';
import { isDefinedDataset } from './define-dataset.ts';
import { type DefinedRecipe, isDefinedRecipe } from './define-recipe.ts';
import { transformsOf } from './exported.ts';
import { datasetDefinition } from './own-data.ts';
import { ownError } from './own-error.ts';
import { offerLibrary } from './running-library.ts';

/** What a recipe file or a config has. */
export interface Project {
  /** From where it is, and which code it is. */
  readonly module: ModuleOfRecipe;
  /** Address of the code that was loaded, for threads. */
  readonly address: string;
  readonly recipes: readonly DefinedRecipe[];
  /** Our lists, with the user's own in them. */
  readonly registry: Registry;
}

/**
 * Imports the code of a recipe file.
 * @param address - Of its bundle.
 * @throws UserError when it throws, or exports something else than recipes
 */
export async function loadModule(address: string, module: ModuleOfRecipe): Promise<Project> {
  const { path } = module;
  await offerLibrary();
  const exported = await importModule(address, path);
  const recipes = recipesOf(exported, path);
  const name = recipes.map((recipe) => recipe.name).find((each, i, all) => all.indexOf(each) !== i);
  if (name !== undefined)
    throw new UserError(`${path} has two recipes called ${name}: give one of them another name.`);
  return { module, address, recipes, registry: registryWith(recipes, module, address) };
}

async function importModule(address: string, path: string): Promise<unknown> {
  try {
    const { default: exported }: { default?: unknown } = await import(address);
    return await exported;
  } catch (error) {
    throw ownError(`${path} could not be loaded`, error);
  }
}

function recipesOf(exported: unknown, path: string): readonly DefinedRecipe[] {
  if (isDefinedRecipe(exported)) return [exported];
  if (isConfig(exported)) return exported.recipes;
  const found =
    exported === undefined
      ? 'has no default export'
      : `exports ${typeof exported === 'object' ? 'an object' : `a ${typeof exported}`} that is neither a recipe nor a config`;
  throw new UserError(
    `${path} ${found}. Expected \`export default defineRecipe({ name, dataset, architecture, epochs })\`, or defineConfig({ recipes: [...] }) for several; both are of 'trainyard/train'.`,
  );
}

/** Our lists with all that the recipes name of the user's own. */
function registryWith(
  recipes: readonly DefinedRecipe[],
  { path }: ModuleOfRecipe,
  address: string,
): Registry {
  const behind = <K extends Kind>(kind: K): Definitions[K][] =>
    unique(
      recipes
        .flatMap(({ architecture, optimizer, schedule, freeze }) => [
          ...[architecture, optimizer, schedule, freeze?.schedule],
        ])
        .flatMap((each) => definitionBehind(kind, each) ?? []),
      path,
    );
  const data = unique(
    recipes.flatMap(({ dataset }) => (isDefinedDataset(dataset) ? [dataset] : [])),
    path,
  );
  return {
    architectures: [...builtIn.architectures, ...behind('architecture')],
    optimizers: [...builtIn.optimizers, ...behind('optimizer')],
    schedules: [...builtIn.schedules, ...behind('schedule')],
    transforms: [
      ...builtIn.transforms,
      // Threads load them from there.
      ...unique(recipes.flatMap(transformsOf), path).map((each) => ({ ...each, module: address })),
    ],
    datasets: [...builtIn.datasets, ...data.map((each) => datasetDefinition(each, dirname(path)))],
  };
}

/** Each once. @throws UserError where two that differ have one name. */
function unique<D extends { readonly name: string }>(all: readonly D[], path: string): D[] {
  const found = [...new Set(all)];
  for (const [i, { name }] of found.entries())
    if (found.findIndex((each) => each.name === name) !== i)
      throw new UserError(
        `${basename(path)} defines ${name} twice: a recipe that names it would mean the one or the other.`,
      );
  return found;
}
