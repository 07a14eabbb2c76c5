// The model repository, `<folder>/<name>/<version>/model.onnx`: finding, and adding so that a crash loses nothing.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { UserError } from './errors.ts';
import {
  hasCode,
  MODEL_FILE,
  MODEL_NAME,
  type ModelFile,
  names,
  readRepository,
  versions,
} from './list-models.ts';
import { makeFolders } from './make-folder.ts';
import { suggestion } from './nearest.ts';

export {
  holdsOneModel,
  listModels,
  type ModelFile,
  type RepositoryFault,
  readRepository,
} from './list-models.ts';

/** Folders of versions that are being written: `.adding~<host>~<process>~<random>`. */
const ADDING = '.adding~';

/** Age in milliseconds at which an unfinished folder is taken as abandoned, whoever began it. */
const ABANDONED_AFTER = 60 * 60 * 1000;

/**
 * Finds a model. Without a version: the newest. Without a name: the only model there is.
 *
 * @throws UserError when there is no such model or no such version, or when the name is needed to choose;
 * the message lists what there is and the nearest name.
 */
export async function findModel(folder: string, name?: string, version?: number): Promise<ModelFile> {
  const { models, faults } = await readRepository(folder);
  const known = [...new Set(models.map((model) => model.name))];
  const fault = faults.find(
    (one) =>
      one.name === name &&
      (version === undefined ? !known.includes(name) : [undefined, version].includes(one.version)),
  );
  if (fault !== undefined)
    throw new UserError(`${fault.place} in ${folder} cannot be used: ${fault.reason}.`);
  if (known.length === 0) {
    throw new UserError(
      `There is no model in ${folder}. Train a network and export it: "trainyard train digits", then "trainyard export".`,
    );
  }
  if (name === undefined && known.length > 1) {
    throw new UserError(`Which model? ${folder} holds ${known.join(', ')}: give one of these names.`);
  }
  const wanted = name ?? known[0];
  const found = models.filter((model) => model.name === wanted);
  if (found.length === 0) {
    throw new UserError(`There is no model "${wanted}" in ${folder}. ${suggestion(wanted ?? '', known)}`);
  }
  const model = version === undefined ? found.at(-1) : found.find((model) => model.version === version);
  if (model === undefined) {
    const there = found.map((model) => model.version).join(', ');
    throw new UserError(`There is no version ${version} of "${wanted}" in ${folder}. There are: ${there}.`);
  }
  return model;
}

/** The bytes of a model file, or a function that writes it, and files beside it, at a path. */
export type ModelContent = Uint8Array | ((path: string) => Promise<unknown>);

/**
 * Adds the next version of a model: written to a temporary folder beside the versions, flushed to disk, then
 * renamed. So a version is there whole or not at all, whenever the process is killed; and two writers at once get
 * two versions, since a folder cannot be renamed onto one that is not empty. Leftovers of writers that were
 * killed are removed.
 *
 * @throws UserError when the name cannot be the name of a folder and part of a URL, or the folder cannot be made.
 */
export async function addModel(folder: string, name: string, content: ModelContent): Promise<ModelFile> {
  if (!MODEL_NAME.test(name)) {
    throw new UserError(
      `model name: received "${name}", expected letters, digits, ".", "-" or "_", starting with a letter or digit`,
    );
  }
  const parent = join(folder, name);
  await makeFolders(parent);
  await removeLeftovers(parent);

  const temporary = join(parent, `${ADDING}${hostname()}~${process.pid}~${randomUUID()}`);
  await mkdir(temporary);
  try {
    const path = join(temporary, MODEL_FILE);
    await (content instanceof Uint8Array ? writeFlushed(path, content) : content(path));
    await flushFolder(temporary);
    for (let version = ((await versions(parent)).at(-1) ?? 0) + 1; ; version++) {
      if (await renameIfFree(temporary, join(parent, String(version)))) {
        await flushFolder(parent);
        return { name, version, path: join(parent, String(version), MODEL_FILE) };
      }
    }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

/** Renames a folder unless something is at `to`: true when it was done. */
async function renameIfFree(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) return false;
    throw error;
  }
}

/** Removes temporary folders whose writer, on this machine, is gone, and those of any machine that are old. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of (await names(parent)).filter((name) => name.startsWith(ADDING))) {
    const [, host, writer] = name.split('~');
    const path = join(parent, name);
    if ((host === hostname() && !isRunning(Number(writer))) || (await age(path)) > ABANDONED_AFTER) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

function isRunning(writer: number): boolean {
  try {
    process.kill(writer, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Milliseconds since a folder last changed; 0 when it is gone. */
async function age(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
