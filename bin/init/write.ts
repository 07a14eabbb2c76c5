// Writes the files of a new project; a file that is there already stays as it is.
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { makePath } from '../../setup/files/index.mjs';
import { projectFiles } from './files.ts';

/** Paths in the project's folder. */
export interface Written {
  readonly made: readonly string[];
  /** Were there before. */
  readonly kept: readonly string[];
}

/**
 * @param folder - absolute; made if it is not there.
 * @throws UserError when a file cannot be written, such as where the folder is a file.
 */
export function writeProject(folder: string): Written {
  const made: string[] = [];
  const kept: string[] = [];
  for (const [path, contents] of Object.entries(projectFiles(folder)))
    (write(join(folder, path), contents) ? made : kept).push(path);
  return { made, kept };
}

/** @returns whether it was written. */
function write(path: string, contents: string | Uint8Array): boolean {
  try {
    makePath(dirname(path));
    writeFileSync(path, contents, { flag: 'wx' }); // fails where there is a file
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (existsSync(path)) return false;
    throw new UserError(
      `${path} cannot be written: ${error.message}. Name another folder, such as my-project.`,
    );
  }
}
