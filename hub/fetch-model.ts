// Brings a model of the Hugging Face Hub onto this disk: its ONNX file, the weights beside it, and what says how it is used.
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CARD_FILE } from '../models/adopt/card.ts';
import { CONFIG_FILE, PREPROCESSOR_FILE } from '../models/adopt/said-beside.ts';
import { messageOf, UserError } from '../models/errors.ts';
import { decodeModel } from '../models/onnx/schema.ts';
import { systemReason } from '../models/system-reason.ts';
import { formatHubAddress, type HubAddress, isCommit, parseHubAddress } from './address.ts';
import { filesOfSnapshot, knownCommit, rememberCommit, snapshotFolder } from './cache.ts';
import { download } from './download.ts';
import { HubError, HubUnreachable } from './error.ts';
import { foldersOf, inFolder, weightFilesOf } from './files-of-model.ts';
import { listHub } from './listing.ts';
import { chooseFile, fileAddress } from './repository-files.ts';
import { type HubSettings, hubSettings } from './settings.ts';

/** A model that is on this disk. */
export interface FetchedModel {
  /** Of its ONNX file. */
  readonly path: string;
  /** Its address with the commit: `hf:owner/name@<commit>/<file>`, which means the same bytes for ever. */
  readonly source: string;
  /** Name of its repository. */
  readonly name: string;
}

export interface FetchOptions {
  readonly settings?: HubSettings;
  /** Called with lines about how far it is. */
  readonly tell?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Files that say how a model is used; they are beside it, or above its folder `onnx`. */
const BESIDE = [CARD_FILE, CONFIG_FILE, PREPROCESSOR_FILE];

/** Bytes of each kind of file. No protobuf, of which an ONNX file is one, has more; weights beside it may. */
const MOST_BYTES = { description: 16 * 2 ** 20, model: 2 ** 31, weights: 64 * 2 ** 30 };

/** Milliseconds between two lines about a download. */
const LINE_EVERY = 5_000;

/**
 * Fetches a model by its address, `hf:owner/name[@revision][/file]`. A commit that is here whole is not asked for again; of
 * a branch the Hub is asked where it is now, and where it cannot be reached, what it was last is taken.
 *
 * @throws UserError for an address that is none; HubError when the model does not come.
 */
export async function fetchModel(word: string, options: FetchOptions = {}): Promise<FetchedModel> {
  const address = parseHubAddress(word);
  const { settings = hubSettings() } = options;
  try {
    return await fetchOrFind(address, settings, options);
  } catch (error) {
    const reason = error instanceof HubError ? undefined : systemReason(error);
    if (reason === undefined) throw error;
    throw new HubError(
      `${formatHubAddress(address)} cannot be kept in ${settings.cache}, or read from there: ${reason} (${messageOf(error)}). Look at what is there, or name another folder by HF_HUB_CACHE.`,
      { cause: error },
    );
  }
}

async function fetchOrFind(
  address: HubAddress,
  settings: HubSettings,
  options: FetchOptions,
): Promise<FetchedModel> {
  if (settings.offline || isCommit(address.revision)) {
    const here = await cachedModel(address, settings);
    if (here !== undefined) return here;
    if (settings.offline)
      throw new HubError(
        `${formatHubAddress(address)} was not fetched before, and HF_HUB_OFFLINE says not to ask for it now. What was fetched is in ${settings.cache}.`,
      );
  }
  try {
    return await fetchFromHub(address, settings, options);
  } catch (error) {
    const here = error instanceof HubUnreachable ? await cachedModel(address, settings) : undefined;
    if (here === undefined) throw error;
    options.tell?.(
      `${error instanceof Error ? error.message : error} Using ${here.source}, which was fetched before.`,
    );
    return here;
  }
}

/** What is here of a model, if it is whole. */
async function cachedModel(address: HubAddress, settings: HubSettings): Promise<FetchedModel | undefined> {
  const commit = knownCommit(settings, address);
  if (commit === undefined) return undefined;
  const snapshot = snapshotFolder(settings, address, commit);
  const files = filesOfSnapshot(snapshot);
  if (!files.some((name) => name.endsWith('.onnx'))) return undefined;
  if (address.file !== undefined && !files.includes(address.file)) return undefined;
  const file = chooseFile(address, files);
  const weights = await weightsOf(snapshot, file).catch((error: unknown) => {
    if (error instanceof UserError) return undefined;
    throw error;
  });
  return weights?.every((name) => files.includes(name))
    ? modelAt(address, snapshot, commit, file)
    : undefined;
}

async function fetchFromHub(
  address: HubAddress,
  settings: HubSettings,
  { tell, signal }: FetchOptions,
): Promise<FetchedModel> {
  const listing = await listHub(address, settings, signal);
  const { commit } = listing;
  const files = listing.files.map(({ name }) => name);
  const snapshot = snapshotFolder(settings, address, commit);
  const file = chooseFile(address, files);
  const fetchOne = async (name: string, most: number): Promise<void> => {
    const target = join(snapshot, name);
    if (!files.includes(name) || existsSync(target)) return;
    const url = fileAddress(settings.endpoint, address, commit, name);
    const what = `${name} of hf:${address.id}`;
    await download({ url, target, what, most, settings, progress: lines(what, tell), signal });
  };
  // The model comes last but for its weights: where it is, what it is used by is there too.
  for (const folder of foldersOf(file))
    for (const name of BESIDE) await fetchOne(inFolder(folder, name), MOST_BYTES.description);
  await fetchOne(file, MOST_BYTES.model);
  const weights = await weightsOf(snapshot, file).catch(async (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    // Kept, it would be in the place of the model for ever.
    await rm(join(snapshot, file), { force: true });
    throw new HubError(
      `${formatHubAddress({ ...address, file })} is no model, as ${settings.endpoint} gives it: ${error.message}. It was deleted; the same command fetches it anew.`,
      { cause: error },
    );
  });
  for (const name of weights) await fetchOne(name, MOST_BYTES.weights);
  rememberCommit(settings, address, commit);
  return modelAt(address, snapshot, commit, file);
}

/** Paths in the repository of the files in which weights of a model are. */
async function weightsOf(snapshot: string, file: string): Promise<string[]> {
  return [...weightFilesOf(decodeModel(await readFile(join(snapshot, file))), file).values()];
}

function modelAt({ id }: HubAddress, snapshot: string, commit: string, file: string): FetchedModel {
  const source = formatHubAddress({ id, revision: commit, file });
  return { path: join(snapshot, ...file.split('/')), source, name: id.split('/')[1] ?? id };
}

/** Says that a download begins, and then how far it is. */
function lines(what: string, tell: FetchOptions['tell']): (bytes: number, all: number) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (bytes, all) => {
    const now = performance.now();
    if (tell === undefined || now - last < LINE_EVERY || all < LEAST_TOLD) return;
    const done = last === Number.NEGATIVE_INFINITY ? '' : `${megabytes(bytes)} of `;
    tell(`Fetching ${what}: ${done}${megabytes(all)} MB`);
    last = now;
  };
}

/** Bytes of a file that comes before anybody could read about it. */
const LEAST_TOLD = 2_000_000;

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
