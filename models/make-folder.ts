// Makes a folder for models. Node's own recursive mkdir tries for ever below a folder that takes none, as /proc is.
import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UserError } from './errors.ts';
import { hasCode } from './list-models.ts';
import { systemReason } from './system-reason.ts';

/**
 * Makes a folder and those above it, where they are not there.
 *
 * @throws UserError which names the first that cannot be made, and why.
 */
export async function makeFolders(path: string): Promise<void> {
  const folder = resolve(path);
  if (await isFolder(folder)) return;
  if (dirname(folder) !== folder) await makeFolders(dirname(folder));
  try {
    await mkdir(folder);
  } catch (error) {
    if (hasCode(error, 'EEXIST') && (await isFolder(folder))) return; // another process was faster
    // The folder above is there, and the system says of some of these that they are not.
    const why = hasCode(error, 'ENOENT') ? 'the system takes no folders there' : systemReason(error);
    if (why === undefined) throw error;
    throw new UserError(`the folder ${folder} cannot be made: ${why}. Name another folder for the models`);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
