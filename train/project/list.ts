// The recipes of the config in the working folder or above it, for the list that `trainyard train` prints.
import { shownPath } from './find-module.ts';
import { loadProjectHere } from './project.ts';

/** The recipes of a config. */
export interface OwnRecipes {
  /** Of the config, as it is shown. */
  readonly path: string;
  readonly recipes: readonly { readonly name: string; readonly description: string | undefined }[];
}

/** The recipes of the config; undefined where there is none. */
export async function listOwn(): Promise<OwnRecipes | undefined> {
  const project = await loadProjectHere();
  if (project === undefined) return undefined;
  const recipes = project.recipes.map(({ name, description }) => ({ name, description }));
  return { path: shownPath(project.module.path), recipes };
}
