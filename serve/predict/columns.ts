// The columns of an answer in a table of predictions, CSV or Parquet, by the task of the model.
import type { MultiAnswer, RegressionAnswer, SingleAnswer } from '../../models/answer.ts';
import type { Task } from '../../models/card.ts';

/** Between the labels of a cell, as tables of several labels have it. */
const BETWEEN = '|';

/** An answer of any task, with the fields that it has. */
export type AnyAnswer = Partial<
  Pick<SingleAnswer, 'predictions'> &
    Pick<MultiAnswer, 'labels'> &
    Pick<RegressionAnswer, 'values' | 'outside'>
>;

/** What of a model decides about the columns. */
export interface AnsweringModel {
  /** What its answers are; one label if left out. */
  readonly task?: Task;
  /** Its labels, or the names of its numbers. */
  readonly labels?: readonly string[];
}

export interface AnswerColumn {
  readonly name: string;
  readonly kind: 'text' | 'number';
  of(answer: AnyAnswer): string | number | undefined;
}

export interface AnswerColumns {
  readonly columns: readonly AnswerColumn[];
  /** What a row says of the answer: enough to write the same row again. */
  read(row: Readonly<Record<string, unknown>>): object;
}

/** @param top - predictions in a row. */
export function answerColumns(model: AnsweringModel, top: number): AnswerColumns {
  if (model.task === 'regression') return numberColumns(model);
  const best = predictionColumns(top);
  if (model.task !== 'multi') return best;
  return {
    columns: [
      { name: 'labels', kind: 'text', of: ({ labels }) => joined(labels?.map(({ label }) => label)) },
      ...best.columns,
    ],
    read: (row) => ({ labels: parted(row.labels).map((label) => ({ label })), ...best.read(row) }),
  };
}

/** `label`, `probability`, `label_2`, `probability_2`, ...: the most probable labels. */
function predictionColumns(top: number): AnswerColumns {
  const places = Array.from({ length: top }, (_, i) => ({ i, suffix: i === 0 ? '' : `_${i + 1}` }));
  return {
    columns: places.flatMap(({ i, suffix }): AnswerColumn[] => [
      { name: `label${suffix}`, kind: 'text', of: ({ predictions }) => predictions?.[i]?.label },
      {
        name: `probability${suffix}`,
        kind: 'number',
        of: ({ predictions }) => predictions?.[i]?.probability,
      },
    ]),
    read(row) {
      const predictions = places.map(({ suffix }) => ({
        label: row[`label${suffix}`],
        probability: row[`probability${suffix}`],
      }));
      return { ...predictions[0], predictions };
    },
  };
}

/** Columns of every table, which no number may be called. */
const TAKEN = ['file', 'model', 'outside', 'error', 'known', 'novelty', 'digest'];

/** A column for each number, called as it is, and one for the names of those that are outside of what was trained on. */
function numberColumns({ labels = [] }: AnsweringModel): AnswerColumns {
  const named = labels.map((label) => ({ label, name: TAKEN.includes(label) ? `value_${label}` : label }));
  return {
    columns: [
      ...named.map(
        ({ label, name }): AnswerColumn => ({ name, kind: 'number', of: ({ values }) => values?.[label] }),
      ),
      { name: 'outside', kind: 'text', of: ({ outside }) => joined(outside) },
    ],
    read: (row) => ({
      values: Object.fromEntries(named.map(({ label, name }) => [label, row[name]])),
      outside: parted(row.outside),
    }),
  };
}

const joined = (names: readonly string[] | undefined) => names?.join(BETWEEN);
const parted = (cell: unknown) => (typeof cell === 'string' && cell !== '' ? cell.split(BETWEEN) : []);
