// Finds the models: those of the server, those in a list of static files, or one file beside the page.
import { messageOf } from '../../../models/errors.ts';
import type { Card } from '../../component/index.ts';

/** A model that can be opened. */
export interface ModelEntry {
  readonly name: string;
  /** Undefined for a file that is beside the page or was dropped on it. */
  readonly version: number | undefined;
  readonly source: string | Blob;
  readonly size: number | undefined;
  readonly sha256: string | undefined;
  /** Known before the file is opened if the list has it. */
  readonly card: Card | undefined;
}

/** The list as the server answers it. */
const served = 'models';

/** A list of the same form on a host of static files. */
const listed = 'models.json';

/** The file that is used when there is no list. */
const single = 'model.onnx';

/** A list of models is there, and cannot be used. */
export class ListError extends Error {}

/**
 * Finds the models, the newest version of each first.
 *
 * @throws ListError when there is a list that is none; Error when nothing answers.
 */
export async function findModels(): Promise<ModelEntry[]> {
  let problem: unknown;
  for (const list of [served, listed]) {
    const response = await fetch(address(list), { headers: { accept: 'application/json' } }).catch(
      (error) => {
        problem ??= error;
      },
    );
    if (!response || response.status === 404) continue;
    if (isJson(response) || (list === listed && !isPage(response))) return readList(list, response);
  }
  const file = await fetch(address(single), { method: 'HEAD' }).catch(() => undefined);
  if (file?.ok && !isPage(file)) return [besideThePage()];
  if (problem !== undefined) throw problem;
  return [];
}

function isJson(response: Response): boolean {
  return /json/.test(response.headers.get('content-type') ?? '');
}

/** Hosts answer with a page for what they do not have. */
function isPage(response: Response): boolean {
  return /html/.test(response.headers.get('content-type') ?? '');
}

function besideThePage(): ModelEntry {
  return {
    name: single,
    version: undefined,
    source: address(single),
    size: undefined,
    sha256: undefined,
    card: undefined,
  };
}

async function readList(list: string, response: Response): Promise<ModelEntry[]> {
  const wrong = (what: string) => new ListError(`${response.url}: ${what}`);
  if (!response.ok) throw wrong(`the server answered ${response.status}`);
  const body: unknown = await response.json().catch((error) => {
    throw wrong(`received no JSON (${messageOf(error)})`);
  });
  const models = isObject(body) ? body.models : undefined;
  if (!Array.isArray(models)) throw wrong('received no list, expected { "models": [...] }');
  const entries = models.map((each: unknown, i) => {
    const entry = entryOf(list, each);
    if (typeof entry === 'string') throw wrong(`models[${i}]: ${entry}`);
    return entry;
  });
  return entries.sort((a, b) => a.name.localeCompare(b.name, 'en') || (b.version ?? 0) - (a.version ?? 0));
}

/** @returns what is wrong with it, where something is. */
function entryOf(list: string, listed: unknown): ModelEntry | string {
  if (!isObject(listed)) return `received ${JSON.stringify(listed)}, expected an object`;
  const { name, version, url, bytes, sha256, card } = listed;
  if (typeof name !== 'string') return `name: received ${JSON.stringify(name)}, expected a text`;
  if (typeof url !== 'string' || !URL.canParse(url, document.baseURI))
    return `url: received ${JSON.stringify(url)}, expected an address`;
  return {
    name,
    version: typeof version === 'number' ? version : undefined,
    // The server's addresses begin at its own root, which a proxy may have put into a folder.
    source: address(list === served ? url.replace(/^\//, '') : url),
    size: typeof bytes === 'number' ? bytes : undefined,
    sha256: typeof sha256 === 'string' ? sha256 : undefined,
    // The border with the list: it has the cards of the files, which are read once more when they are opened.
    card: isObject(card) ? (card as unknown as Card) : undefined,
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Relative to the page, which may be in any folder of its host. */
function address(path: string): string {
  return new URL(path, document.baseURI).href;
}

/** Names an entry in a link and in lists. */
export function entryKey({ name, version }: ModelEntry): string {
  return version === undefined ? name : `${name}/${version}`;
}

/** Whether a model reads digits that are drawn. */
export function readsDigits(card: Card | undefined): boolean {
  return card?.task === 'single' && card.input.prepare.rule === 'digit';
}
