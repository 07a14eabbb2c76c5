// Test pictures that the build has put beside the page: some of a data set's, with their labels.
import { type Card, type Picture, readPicture } from '../../component/index.ts';

/** Pictures of a data set's test split. */
export interface TestPictures {
  readonly dataset: string;
  readonly pictures: readonly Picture[];
  /** Number of each picture's label. */
  readonly labels: readonly number[];
}

/** The file beside the PNG: its tiles are `side` pixels wide and stand in `columns`, row by row. */
interface Index {
  readonly side: number;
  readonly columns: number;
  readonly channels: 1 | 3;
  readonly labels: readonly number[];
}

/**
 * Fetches the test pictures of the data set that a model was tested on.
 *
 * @returns undefined when this build has none of it.
 */
export async function fetchTestPictures(card: Card): Promise<TestPictures | undefined> {
  const dataset = card.datasets.find(({ split }) => split === 'test')?.name ?? card.datasets[0]?.name;
  const there: unknown = await (await fetchFile('index', 'json'))?.json();
  if (dataset === undefined || !Array.isArray(there) || !there.includes(dataset)) return undefined;
  const [index, sheet] = await Promise.all([fetchFile(dataset, 'json'), fetchFile(dataset, 'png')]);
  if (!index || !sheet) return undefined;
  const description: unknown = await index.json();
  if (!isIndex(description)) throw new Error(`${index.url}: expected side, columns, channels and labels`);
  const picture = await readPicture(await sheet.blob());
  const pictures = description.labels.map((_, i) => tileOf(picture, description, i));
  return { dataset, pictures, labels: description.labels };
}

/** A host of files may answer with a page for what it lacks. */
async function fetchFile(dataset: string, type: 'json' | 'png'): Promise<Response | undefined> {
  const url = new URL(`test-pictures/${encodeURIComponent(dataset)}.${type}`, document.baseURI);
  const response = await fetch(url).catch(() => undefined);
  return response?.ok && response.headers.get('content-type')?.includes(type) ? response : undefined;
}

function isIndex(value: unknown): value is Index {
  return (
    typeof value === 'object' &&
    value !== null &&
    'side' in value &&
    'columns' in value &&
    'channels' in value &&
    'labels' in value &&
    Array.isArray(value.labels)
  );
}

function tileOf(sheet: Picture, { side, columns, channels }: Index, i: number): Picture {
  const left = (i % columns) * side;
  const top = Math.floor(i / columns) * side;
  const data = new Uint8Array(side * side * channels);
  for (let y = 0, to = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = ((top + y) * sheet.width + left + x) * sheet.channels;
      for (let c = 0; c < channels; c++) data[to++] = sheet.data[from + c] ?? 0;
    }
  }
  return { data, width: side, height: side, channels };
}
