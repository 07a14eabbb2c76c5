// The file of predictions as Parquet: rows are collected as JSON lines beside it, which an interruption leaves whole, and become
// Parquet when all are there, under another name first.
import { createReadStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { fileWriter, ParquetWriter } from 'hyparquet-writer';
import { messageOf, UserError } from '../../models/errors.ts';
import { type AnswerColumns, type AnyAnswer, answerColumns } from './columns.ts';
import { linesOf } from './lines.ts';
import { openPredictionFile, type PredictionFile, readRow } from './output.ts';
import { type RowFormat, type RowModel, rowFormatOf } from './rows.ts';

/** Rows that are in memory at a time, a group of the file. */
const GROUP = 50_000;

/** As the writer has it. */
type SchemaElement = ConstructorParameters<typeof ParquetWriter>[0]['schema'][number];

type Cell = string | number | boolean | null | undefined;

/** A column: its name, and what it has of a row of JSON. */
interface Column {
  readonly element: SchemaElement;
  of(row: Row): Cell;
}

/** A row of JSON lines. */
interface Row extends AnyAnswer {
  readonly file: string;
  readonly error?: string;
  readonly known?: boolean;
  readonly novelty?: number;
}

const text = { type: 'BYTE_ARRAY', converted_type: 'UTF8' } as const;

/** The columns that CSV has; probabilities and numbers are float32, as models give them. */
function columnsOf({ name: model, digest, novelty = false }: RowModel, answers: AnswerColumns): Column[] {
  const column = (name: string, kind: Omit<SchemaElement, 'name'>, of: Column['of']): Column => ({
    element: { repetition_type: 'OPTIONAL', ...kind, name },
    of,
  });
  return [
    column('file', { ...text, repetition_type: 'REQUIRED' }, ({ file }) => file),
    column('model', { ...text, repetition_type: 'REQUIRED' }, () => model),
    ...answers.columns.map(({ name, kind, of }) =>
      column(name, kind === 'text' ? text : { type: 'FLOAT' }, of),
    ),
    column('error', text, ({ error }) => error),
    ...(novelty
      ? [
          column('known', { type: 'BOOLEAN' }, ({ known }) => known),
          column('novelty', { type: 'FLOAT' }, ({ novelty: score }) => score),
        ]
      : []),
    column('digest', { ...text, repetition_type: 'REQUIRED' }, () => digest),
  ];
}

/**
 * Opens a Parquet file of predictions: rows that it has are kept, unless it begins anew.
 *
 * @throws UserError when its rows have other columns or are from another model.
 */
export async function openParquetFile(
  path: string,
  model: RowModel,
  top: number,
  fresh: boolean,
): Promise<PredictionFile> {
  const collected = `${path}.rows.jsonl`;
  const answers = answerColumns(model, top);
  const columns = columnsOf(model, answers);
  const format = rowFormatOf(collected, model, top);
  if (!fresh && !existsSync(collected) && existsSync(path))
    await unpack(path, collected, columns, format, answers);
  const rows = await openPredictionFile(collected, format, fresh);
  return {
    ...rows,
    async finish() {
      await pack(collected, `${path}.tmp`, columns).catch(async (error: unknown) => {
        await rm(`${path}.tmp`, { force: true });
        throw new UserError(
          `${path} cannot be written: ${messageOf(error)}. Its rows are kept in ${collected}: the same command goes on with them.`,
        );
      });
      await rename(`${path}.tmp`, path);
      await rm(collected);
    },
  };
}

async function pack(from: string, to: string, columns: readonly Column[]): Promise<void> {
  const schema = [{ name: 'root', num_children: columns.length }, ...columns.map(({ element }) => element)];
  const writer = new ParquetWriter({ writer: fileWriter(to), schema, createdBy: 'trainyard' });
  let group: Row[] = [];
  const write = () =>
    writer.write({
      columnData: columns.map(({ element, of }) => ({ name: element.name, data: group.map(of) })),
      rowGroupSize: GROUP,
    });
  for await (const { text: line } of linesOf(createReadStream(from))) {
    group.push(JSON.parse(line));
    if (group.length < GROUP) continue;
    await write();
    group = [];
  }
  if (group.length > 0) await write();
  await writer.finish();
}

/** Makes rows of JSON of those that a file has. @throws UserError when it is another file, which leaves nothing behind. */
async function unpack(
  from: string,
  to: string,
  columns: readonly Column[],
  format: RowFormat,
  answers: AnswerColumns,
): Promise<void> {
  const file = await asyncBufferFromFile(from);
  const damaged = (error: unknown) => {
    throw new UserError(`${from} is no Parquet file: ${messageOf(error)}. Name another file with --out.`);
  };
  const metadata = await parquetMetadataAsync(file).catch(damaged);
  const theirs = metadata.schema.slice(1).map(({ name }) => name);
  const ours = columns.map(({ element }) => element.name);
  if (String(theirs) !== String(ours))
    throw new UserError(
      `${from} has the columns ${theirs}, not ${ours}: name another file with --out, or begin anew with --fresh`,
    );
  const out = await open(`${to}.tmp`, 'w');
  try {
    for (let rowStart = 0; rowStart < Number(metadata.num_rows); rowStart += GROUP) {
      const rowEnd = Math.min(rowStart + GROUP, Number(metadata.num_rows));
      const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd }).catch(damaged);
      const lines = rows.map((row) => JSON.stringify(unpacked(row, answers)));
      for (const line of lines) readRow(line, from, format);
      await out.write(lines.map((line) => `${line}\n`).join(''));
    }
  } catch (error) {
    await rm(`${to}.tmp`);
    throw error;
  } finally {
    await out.close();
  }
  await rename(`${to}.tmp`, to);
}

/** As rows.ts writes them, with what columns have of an answer. */
function unpacked(
  { file, model, digest, error, known, novelty, ...row }: Record<string, unknown>,
  answers: AnswerColumns,
) {
  if (typeof error === 'string') return { file, model, digest, error };
  return { file, model, digest, ...answers.read(row), ...(known != null && { known, novelty }) };
}
