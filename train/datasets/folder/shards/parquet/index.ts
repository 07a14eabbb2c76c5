// Parquet files of pictures and labels, as Hugging Face's datasets writes them.
import { UserError } from '../../../../../models/errors.ts';
import type { ShardFormat } from '../format.ts';
import { columnsOf, type ParquetColumns } from './columns.ts';
import { openParquet } from './open.ts';
import { picturesOf, piecesOf, valuesOf } from './rows.ts';

/** Rows are counted from 0, as `datasets` and pandas do. */
const placeOf = (row: number) => `row ${row}`;

export const parquet: ShardFormat = {
  ending: '.parquet',
  name: 'Parquet',
  hasEndings: false,
  pathOf: (shard, at) => `${shard}, ${at}`,
  async list(file) {
    const opened = await openParquet(file);
    const { picture, label } = columnsOf(opened.metadata, file);
    piecesOf(opened, picture.name);
    const labels = (await valuesOf(opened, label.name)).map((value, row) =>
      labelOf(value, label, `${file}, ${placeOf(row)}`),
    );
    return {
      pictures: labels.flatMap((text, row) =>
        text === undefined ? [] : [{ at: placeOf(row), label: text }],
      ),
      problems: labels.flatMap((text, row) =>
        text === undefined ? [{ path: placeOf(row), reason: 'has no label' }] : [],
      ),
      classes: label.classes,
      labels: `the column "${label.name}"`,
    };
  },
  async *read(file, places) {
    const opened = await openParquet(file);
    const rows = places.map((place) => Number(place.slice(placeOf(0).length - 1))).sort((a, b) => a - b);
    yield* picturesOf(opened, columnsOf(opened.metadata, file).picture, rows, placeOf);
  },
};

/** The label of a row; undefined where it has none, which ClassLabel writes as -1. @throws UserError for one without a name */
function labelOf(
  value: unknown,
  { name, classes }: ParquetColumns['label'],
  where: string,
): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (classes === undefined || typeof value === 'string') {
    const text = String(value).normalize('NFC').trim();
    return text === '' ? undefined : text;
  }
  const index = Number(value);
  if (index === -1) return undefined;
  const found = classes[index];
  if (found !== undefined) return found;
  throw new UserError(
    `${where} has ${String(value)} in the column "${name}", which names ${classes.length} classes: expected a number from 0 to ${classes.length - 1}, or -1 for none.`,
  );
}
