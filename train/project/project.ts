// Loads a user's project: the config that is found, or a recipe file that is named.
import { UserError } from '../../models/errors.ts';
import { bundle } from './bundle.ts';
import { findConfig, shownPath } from './find-module.ts';
import { keepCode } from './kept-code.ts';
import { loadModule, type Project } from './load-module.ts';
import { ownError } from './own-error.ts';

/**
 * Loads a recipe file or a config.
 * @param path - Absolute.
 * @throws UserError when it has a syntax error, throws, or exports no recipe
 */
export async function loadProject(path: string): Promise<Project> {
  const { code, sha256 } = await bundled(path);
  return loadModule(keepCode(code, sha256), { path, sha256 });
}

async function bundled(path: string) {
  try {
    return await bundle(path);
  } catch (error) {
    throw error instanceof UserError ? ownError(`${shownPath(path)} could not be read`, error) : error;
  }
}

/** The project around the working folder, if there is one. */
export async function loadProjectHere(): Promise<Project | undefined> {
  const path = findConfig();
  return path === undefined ? undefined : loadProject(path);
}
