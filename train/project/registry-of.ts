// What the names of a recipe mean: our lists, or those of the code that the recipe came from, as it was then.
import { existsSync } from 'node:fs';
import { UserError } from '../../models/errors.ts';
import type { ModuleOfRecipe, Recipe } from '../recipes/recipe.ts';
import { builtIn, type Registry } from '../recipes/registry.ts';
import { bundle } from './bundle.ts';
import { keepCode, keptCode, keptPackages } from './kept-code.ts';
import { loadModule } from './load-module.ts';
import { packageChanges, packagesOf } from './packages-of.ts';

/** What of a recipe says where its names come from. */
type OfModule = { readonly module?: Recipe['module'] | undefined };

/**
 * The lists that a recipe names something of. Those of a user's own come from the code with which it was trained, which
 * is kept; only where that is lost, from the file as it is now, which then has to be the same.
 * @throws UserError where the code is lost and the file has changed or gone
 */
export async function registryOf({ module }: OfModule): Promise<Registry> {
  if (module === undefined) return builtIn;
  const { registry } = await loadModule(keptCode(module) ?? (await sameCode(module)), module);
  return registry;
}

async function sameCode(module: ModuleOfRecipe): Promise<string> {
  const { path, sha256 } = module;
  const lost = `The code that this was trained with is not kept here any more (SHA-256 ${sha256.slice(0, 12)}...), and`;
  const what = 'Bring the file back as it was, or train anew with the code of today.';
  if (!existsSync(path)) throw new UserError(`${lost} ${path} is not there. ${what}`);
  const now = await bundle(path);
  if (now.sha256 === sha256) return keepCode(now.code, sha256);
  throw new UserError(`${lost} ${path} has changed since: it is ${now.sha256.slice(0, 12)}... now. ${what}`);
}

/** What there is to say of a recipe whose file is not what it was: the code of then is what counts. */
export async function noteOnCode({ module }: OfModule): Promise<string | undefined> {
  if (module === undefined) return undefined;
  const { path, sha256 } = module;
  const change = await changeOf(module);
  if (change === undefined) return undefined;
  const { words, packages = '' } = change;
  return `${path} ${words} since this was trained (code ${sha256.slice(0, 12)}...)${packages && `: ${packages}`}. What follows uses the code as it was then, which the run keeps as code.mjs${packages && ', with the packages of today'}.`;
}

async function changeOf(
  module: ModuleOfRecipe,
): Promise<{ readonly words: string; readonly packages?: string } | undefined> {
  const { path, sha256 } = module;
  if (!existsSync(path)) return { words: 'has gone' };
  try {
    const now = await bundle(path);
    if (now.sha256 === sha256) return undefined;
    return {
      words: `has changed (it is ${now.sha256.slice(0, 12)}... now)`,
      packages: packageChanges(keptPackages(module), packagesOf(now.code)),
    };
  } catch (error) {
    if (error instanceof UserError) return { words: 'has changed and cannot be read any more' };
    throw error;
  }
}
