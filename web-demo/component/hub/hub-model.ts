// A model of the Hugging Face Hub as a file in our own form: the same bytes that the server and Node make of it.
import { formatHubAddress, type HubAddress, parseHubAddress } from '../../../hub/address.ts';
import { HubError, HubUnreachable } from '../../../hub/error.ts';
import { foldersOf, inFolder, weightFilesOf } from '../../../hub/files-of-model.ts';
import { refusalOf } from '../../../hub/refusal.ts';
import {
  chooseFile,
  fileAddress,
  type HubFile,
  type HubListing,
  listingAddress,
  readListing,
} from '../../../hub/repository-files.ts';
import { adopted } from '../../../models/adopt/adopted.ts';
import { CARD_FILE } from '../../../models/adopt/card.ts';
import {
  type Beside,
  CONFIG_FILE,
  NOTHING_SAID,
  PREPROCESSOR_FILE,
} from '../../../models/adopt/said-beside.ts';
import { cardKey } from '../../../models/card.ts';
import { messageOf, UserError } from '../../../models/errors.ts';
import { mapTensors, tensorsOf } from '../../../models/onnx/every-tensor.ts';
import { type OutsideFile, readOutside } from '../../../models/onnx/external-tensor.ts';
import { isExternal } from '../../../models/onnx/facts.ts';
import { readMetadata } from '../../../models/onnx/metadata.ts';
import { decodeModel } from '../../../models/onnx/schema.ts';
import { withRawData } from '../../../models/onnx/tensor-elements.ts';
import { weightParts } from '../../../models/onnx/weight-parts.ts';
import { sha256Of } from '../../../models/sha256.ts';
import { fetchModel } from '../keep.ts';

type Progress = (loaded: number, total: number) => void;

/** Fetches a file of the repository that is asked. */
type Fetch = (name: string) => Promise<Uint8Array>;

/**
 * Fetches a model and what says how it is used. Large files are kept by the browser.
 *
 * @param word - `hf:owner/name[@revision][/file]`.
 * @param endpoint - address of the Hub, without a slash behind it.
 * @throws UserError for an address that is none, and a model that is no classifier of pictures; HubError or ModelError when
 * it does not come.
 */
export async function fetchHubModel(word: string, endpoint: string, progress: Progress): Promise<Uint8Array> {
  const address = parseHubAddress(word);
  const listing = await listed(address, endpoint);
  const names = listing.files.map(({ name }) => name);
  const file = chooseFile(address, names);
  const fetchFile = fetcher(address, listing, endpoint, progress);
  const beside = await besideOf(file, names, fetchFile);
  const bytes = await fetchFile(file);
  if (readMetadata(bytes)[cardKey] !== undefined) return bytes;
  if (beside === undefined) throw new UserError(NOTHING_SAID);
  const bare = decodeModel(bytes);
  const weights = new Map<string, OutsideFile>();
  for (const [location, name] of weightFilesOf(bare, file))
    if (names.includes(name)) weights.set(location, inMemory(await fetchFile(name)));
  const model = mapTensors(bare, (tensor) =>
    isExternal(tensor) ? readOutside(tensor, opener(weights)) : withRawData(tensor),
  );
  const source = formatHubAddress({ id: address.id, revision: listing.commit, file });
  const name = address.id.split('/')[1] ?? address.id;
  return adopted({ name, model, beside, source }, (wrapped) => sha256Of(weightParts(tensorsOf(wrapped))));
}

async function listed(address: HubAddress, endpoint: string): Promise<HubListing> {
  const { id, revision } = address;
  const what = formatHubAddress({ id, revision });
  const response = await answerOf(`${listingAddress(endpoint, address)}?blobs=true`, what, endpoint);
  const answer: unknown = await response.json().catch(() => undefined);
  return readListing(answer, endpoint, address, 'The option "hub" says where it is.');
}

/** A page has no token: everybody who opens it could read that. */
const LOGIN = { advice: 'A page can load models that everybody may read; the others are for servers.' };

async function answerOf(url: string, what: string, endpoint: string): Promise<Response> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new HubUnreachable(`${endpoint} cannot be reached (${messageOf(error)}).`, { cause: error });
  });
  if (response.ok) return response;
  throw refusalOf(response, what, endpoint, LOGIN);
}

function fetcher(
  address: HubAddress,
  { commit, files }: HubListing,
  endpoint: string,
  progress: Progress,
): Fetch {
  return async (name) => {
    const url = fileAddress(endpoint, address, commit, name);
    const file = files.find((each) => each.name === name) ?? { name };
    if (file.sha256 === undefined) return smallFile(url, file, `${name} of hf:${address.id}`, endpoint);
    const { bytes, kept } = await fetchModel(url, file.sha256, file.size, progress);
    await kept; // this worker ends with its answer
    return bytes;
  };
}

async function smallFile(
  url: string,
  { blobId }: HubFile,
  what: string,
  endpoint: string,
): Promise<Uint8Array> {
  const response = await answerOf(url, what, endpoint);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (blobId === undefined || [undefined, blobId].includes(await blobIdOf(bytes))) return bytes;
  throw new HubError(`${what} is not what ${endpoint} says that it is: its digest is another.`);
}

/** Git's digest of a file; undefined in a page that is not a secure context. Reference: git's object format. */
async function blobIdOf(bytes: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  if (!globalThis.crypto?.subtle) return undefined;
  const object = await new Blob([`blob ${bytes.length}\0`, bytes]).arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-1', object));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The contents of a card.json beside the model, or without one, of the configurations there or above its folder. */
async function besideOf(
  file: string,
  names: readonly string[],
  fetchFile: Fetch,
): Promise<Beside<Uint8Array> | undefined> {
  const [folder = '', ...above] = foldersOf(file);
  const find = (name: string, folders: readonly string[]) =>
    folders.map((each) => inFolder(each, name)).find((path) => names.includes(path));
  const card = find(CARD_FILE, [folder]);
  if (card !== undefined) return { card: await fetchFile(card) };
  const config = find(CONFIG_FILE, [folder, ...above]);
  const preprocessor = find(PREPROCESSOR_FILE, [folder, ...above]);
  if (config === undefined && preprocessor === undefined) return undefined;
  return {
    ...(config && { config: await fetchFile(config) }),
    ...(preprocessor && { preprocessor: await fetchFile(preprocessor) }),
  };
}

function inMemory(bytes: Uint8Array): OutsideFile {
  return { size: bytes.length, read: (offset, length) => bytes.subarray(offset, offset + length) };
}

/** @throws UserError for a file that the repository has not, or that is outside of it. */
function opener(weights: ReadonlyMap<string, OutsideFile>) {
  return (tensor: string, location: string): OutsideFile => {
    const file = weights.get(location);
    if (file !== undefined) return file;
    throw new UserError(
      `weight ${tensor} is in ${JSON.stringify(location)}, which is not beside the model in its repository.`,
    );
  };
}
