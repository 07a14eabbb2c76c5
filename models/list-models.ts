// What a repository holds: its models, and what looks like a model and cannot be one, with the reason.
import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { systemCode, systemReason } from './system-reason.ts';

/** One version of a model; `path` is its `model.onnx`. */
export interface ModelFile {
  name: string;
  version: number;
  path: string;
}

/** A place in a repository that cannot be used. */
export interface RepositoryFault {
  /** Relative to the repository, such as `digits/1`. */
  readonly place: string;
  /** In words, without paths of the machine. */
  readonly reason: string;
  /** The model that it would be; without a version it is about all of them. */
  readonly name: string;
  readonly version?: number;
}

/** What is in a repository. */
export interface RepositoryListing {
  /** Sorted by name, then version. */
  readonly models: ModelFile[];
  readonly faults: RepositoryFault[];
}

export const MODEL_FILE = 'model.onnx';

/** Letters, digits, dots, dashes and underscores, not starting with a dot: a name is a folder and part of a URL. */
export const MODEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** A whole number from 1, without leading zeros, as Triton Inference Server asks of version folders. */
export const VERSION = /^[1-9][0-9]{0,8}$/;

/** Other files that a folder without `model.onnx` is said to have. */
const OTHERS = 3;

/** As `readRepository`, without the faults. */
export async function listModels(folder: string): Promise<ModelFile[]> {
  return (await readRepository(folder)).models;
}

/**
 * Lists all versions of all models. A place that cannot be read, or that is no version, is a fault and does not stop the
 * others; folders that begin with a dot are passed over. A folder that does not exist holds no models. The folder of one
 * model is listed as well, as KServe lays it down in /mnt/models: `model.onnx` itself is its version 1, or the folder holds
 * `<version>/model.onnx`.
 *
 * @param name - of the one model in such a folder, which does not say it; the name of the folder if left out.
 * @throws the operating system's error when the repository itself is there and cannot be read.
 */
export async function readRepository(folder: string, name?: string): Promise<RepositoryListing> {
  const listing = await readModels(folder);
  return (listing.models.length === 0 && (await readOneModel(resolve(folder), name))) || listing;
}

/** Whether a folder holds one model, so that there is no place for others beside it. */
export async function holdsOneModel(folder: string): Promise<boolean> {
  const { models } = await readModels(folder);
  return models.length === 0 && (await readOneModel(resolve(folder))) !== undefined;
}

/** The listing of a folder that holds the files of one model; undefined when it does not. */
async function readOneModel(folder: string, wanted?: string): Promise<RepositoryListing | undefined> {
  const name = wanted ?? (MODEL_NAME.test(basename(folder)) ? basename(folder) : 'model');
  const path = join(folder, MODEL_FILE);
  if ((await names(folder)).includes(MODEL_FILE) && (await whyNoFile(path, folder)) === undefined)
    return { models: [{ name, version: 1, path }], faults: [] };
  const { models, faults }: RepositoryListing = { models: [], faults: [] };
  await readModel(dirname(folder), basename(folder), { models, faults });
  if (models.length === 0) return undefined;
  return {
    models: models.map((model) => ({ ...model, name })),
    faults: faults.map((fault) => ({ ...fault, name, place: relative(basename(folder), fault.place) })),
  };
}

async function readModels(folder: string): Promise<RepositoryListing> {
  const listing: RepositoryListing = { models: [], faults: [] };
  for (const name of (await names(folder)).sort()) {
    if (name.startsWith('.')) continue;
    if (MODEL_NAME.test(name)) await readModel(folder, name, listing);
    else if (await isThere(join(folder, name, '1', MODEL_FILE)))
      listing.faults.push({
        place: name,
        name,
        reason: 'the name of its folder is part of an address: expected letters, digits, ".", "-" or "_"',
      });
  }
  return listing;
}

/** Names in a folder; none when it does not exist. */
export async function names(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** Version numbers in a model's folder, finished or not, ascending. */
export async function versions(parent: string): Promise<number[]> {
  return versionsAmong(await names(parent));
}

/** Whether an error is of the operating system, and has one of these codes. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  const code = systemCode(error);
  return code !== undefined && codes.includes(code);
}

function versionsAmong(names: readonly string[]): number[] {
  return names
    .filter((name) => VERSION.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Adds the versions in a model's folder, and what is wrong in it. */
async function readModel(repository: string, name: string, listing: RepositoryListing): Promise<void> {
  const folder = join(repository, name);
  const fault = (place: string, reason: string, version?: number) =>
    listing.faults.push({ place, name, reason, ...(version !== undefined && { version }) });
  const inside = await readFolder(folder);
  if (typeof inside === 'string') {
    if (inside !== NO_FOLDER) fault(name, inside);
    else if (name.endsWith('.onnx')) fault(name, `its place is ${name.slice(0, -5)}/1/${MODEL_FILE}`);
    return;
  }
  if (inside.includes(MODEL_FILE))
    fault(
      `${name}/${MODEL_FILE}`,
      `it is not in the folder of a version: its place is ${name}/1/${MODEL_FILE}`,
    );
  for (const other of inside.sort()) {
    if (VERSION.test(other) || other.startsWith('.')) continue;
    if (await isThere(join(folder, other, MODEL_FILE)))
      fault(`${name}/${other}`, 'the name of its folder is no version: expected a whole number, such as 1');
  }
  for (const version of versionsAmong(inside)) {
    const path = join(folder, String(version), MODEL_FILE);
    const reason = await whyNoFile(path, join(folder, String(version)));
    if (reason === undefined) listing.models.push({ name, version, path });
    else if (reason !== NO_FOLDER) fault(`${name}/${version}`, reason, version);
  }
}

/** Says that a place is a file, which is not looked at. */
const NO_FOLDER = '';

/** The names in a folder, or why they cannot be read. */
async function readFolder(folder: string): Promise<string[] | string> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOTDIR')) return NO_FOLDER;
    // It was just listed: it went meanwhile, or is a link.
    if (hasCode(error, 'ENOENT')) return (await isLink(folder)) ? 'it is a link to nothing' : NO_FOLDER;
    return `its folder cannot be read: ${systemReason(error) ?? String(error)}`;
  }
}

/** Why a model file cannot be one; undefined when it can. */
async function whyNoFile(path: string, folder: string): Promise<string | undefined> {
  try {
    const found = await stat(path);
    if (found.isFile()) return undefined;
    return found.isDirectory()
      ? `${MODEL_FILE} is a folder, expected a file`
      : `${MODEL_FILE} is no file that can be read`;
  } catch (error) {
    if (hasCode(error, 'ENOTDIR')) return NO_FOLDER;
    if (!hasCode(error, 'ENOENT'))
      return `${MODEL_FILE} cannot be read: ${systemReason(error) ?? String(error)}`;
    if (await isLink(path)) return `${MODEL_FILE} is a link to nothing`;
    const inside = await readFolder(folder);
    if (typeof inside === 'string') return inside;
    const others = inside.filter((name) => !name.startsWith('.')).sort();
    if (others.length === 0) return NO_FOLDER; // an empty folder, which somebody may be about to fill
    return `there is no ${MODEL_FILE} in its folder, which holds ${others.slice(0, OTHERS).join(', ')}`;
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isLink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true;
}
