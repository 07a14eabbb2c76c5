// Finds the models: those of the server, those in a list of static files, or one file beside the page.
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

/** The part of an entry of GET /models, or of models.json, that is read here. */
interface Listed {
  readonly name: string;
  readonly version: number;
  readonly newest?: boolean;
  readonly url: string;
  readonly bytes?: number;
  readonly sha256?: string;
  readonly card?: Card;
}

/** The list as the server answers it; a host of static files may have a file of the same form. */
const lists = ['models', 'models.json'];

/** The file that is used when there is no list. */
const single = 'model.onnx';

/**
 * Finds the models, the newest version of each first.
 *
 * @throws Error when nothing answers, or the answer is not a list of models.
 */
export async function findModels(): Promise<ModelEntry[]> {
  let problem: unknown;
  for (const list of lists) {
    const response = await fetch(address(list), { headers: { accept: 'application/json' } }).catch(
      (error) => {
        problem ??= error;
      },
    );
    if (response && isJson(response) && response.status !== 404) {
      if (!response.ok) throw new Error(`The server answered ${response.status} when asked for its models.`);
      return readList(await response.json());
    }
  }
  const file = await fetch(address(single), { method: 'HEAD' }).catch(() => undefined);
  if (file?.ok && !/html/.test(file.headers.get('content-type') ?? '')) return [besideThePage()];
  if (problem !== undefined) throw problem;
  return [];
}

function isJson(response: Response): boolean {
  return /json/.test(response.headers.get('content-type') ?? '');
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

function readList(body: unknown): ModelEntry[] {
  const models = typeof body === 'object' && body !== null && 'models' in body ? body.models : undefined;
  if (!Array.isArray(models)) throw new Error('The server answered without a list of models.');
  const entries = models.map(entryOf);
  return entries.sort((a, b) => a.name.localeCompare(b.name, 'en') || (b.version ?? 0) - (a.version ?? 0));
}

function entryOf({ name, version, url, bytes, sha256, card }: Listed): ModelEntry {
  return { name, version, source: address(url.replace(/^\//, '')), size: bytes, sha256, card };
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
  return card?.input.prepare.rule === 'digit';
}
