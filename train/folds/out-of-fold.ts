// Out-of-fold predictions: what the network that has not seen a picture answers to it, of all folds in one table.
import { join } from 'node:path';
import { imageSize, targetCount } from '../datasets/dataset.ts';
import type { Dataset } from '../datasets/index.ts';
import { writeWhole } from '../files/write-whole.ts';
import { batchFor } from '../loop/evaluate.ts';
import { argMax, logitRows, softmax } from '../loop/logits.ts';
import { registryOf } from '../project/registry-of.ts';
import { openNetwork } from '../report/network.ts';
import { numbersOfRuns } from '../runs/names-of-runs.ts';
import { type Run, readRecipe } from '../runs/run.ts';
import { logistic } from '../tasks/losses.ts';

/** What one fold's best network answers to the pictures that validated. */
export interface FoldPredictions {
  readonly run: Run;
  readonly task: Dataset['task'];
  /** Of classes, of labels, or of numbers. */
  readonly labels: readonly string[];
  readonly rows: readonly PredictedPicture[];
}

interface PredictedPicture {
  /** Relative to the folder. */
  readonly path: string;
  /** From 1. */
  readonly fold: number;
  /** The class's index; or of each label whether it is there, or each number. */
  readonly truth: number | readonly number[];
  /** Probabilities of classes or labels, or numbers. */
  readonly answers: readonly number[];
}

/** The answers of a run's best checkpoint to the pictures that validated it. */
export async function predictFold(run: Run, dataset: Dataset): Promise<FoldPredictions> {
  const recipe = readRecipe(run);
  const { validation, task, labels } = dataset;
  const fold = recipe.folder?.fold?.at ?? 1;
  const network = openNetwork(run, recipe, dataset, await registryOf(recipe));
  try {
    const count = targetCount(validation);
    const rows = logitRows(network.logits, validation, batchFor(imageSize(validation)));
    return {
      ...{ run, task, labels },
      rows: Array.from(rows, ({ index, label, logits }): PredictedPicture => {
        const targets = validation.targets?.subarray(index * count, (index + 1) * count);
        return {
          path: validation.files?.[index] ?? String(index),
          fold,
          truth: task === undefined ? label : [...(targets ?? [])],
          answers:
            task === undefined
              ? softmax(logits).probabilities
              : [...(task === 'multi' ? logits.map(logistic) : logits)],
        };
      }),
    };
  } finally {
    network.dispose();
  }
}

/**
 * Writes a row for each picture of all folds, in the order of paths, whole or not at all: `path,label,fold` and a probability of
 * each class; of several labels those that it has with `|` between them; of numbers a column for each, and one for each answer.
 * @returns the file's path, and what it says in all, in words
 */
export function writeOutOfFold(
  folder: string,
  folds: readonly FoldPredictions[],
): { path: string; text: string } {
  const [first] = folds;
  const { task, labels = [] } = first ?? {};
  const rows = folds
    .flatMap((fold) => fold.rows)
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const path = join(folder, `out-of-fold-${numbersOfRuns(folds.map(({ run }) => run))}.csv`);
  const header =
    task === 'regression'
      ? ['path', ...labels, 'fold', ...labels.map((name) => `predicted_${name}`)]
      : ['path', 'label', 'fold', ...labels.map((name) => `probability_${name}`)];
  const cellsOf = ({ truth, fold, answers, path: file }: PredictedPicture) => [
    file,
    ...(task === 'regression' ? [truth].flat().map(shortest) : [nameOf(truth, labels)]),
    String(fold),
    ...answers.map(String),
  ];
  writeWhole(path, [header, ...rows.map(cellsOf)].map((cells) => `${cells.map(quoted).join()}\r\n`).join(''));
  return { path, text: inWords(rows, task) };
}

function nameOf(truth: PredictedPicture['truth'], labels: readonly string[]): string {
  if (typeof truth === 'number') return labels[truth] ?? '';
  return labels.filter((_, k) => truth[k] === 1).join('|');
}

function inWords(rows: readonly PredictedPicture[], task: Dataset['task']): string {
  const n = rows.length;
  const each = `Out-of-fold predictions of ${n} pictures, each by the best epoch of the run that it validated`;
  if (task === undefined) {
    const wrong = rows.filter(({ truth, answers }) => argMax(answers) !== truth).length;
    return `${each}: ${((100 * wrong) / n).toFixed(2)} % are wrong.`;
  }
  return `${each}.`;
}

/** A number of float32 with as few digits as say which it is: 12.1, as a table had it, and not 12.100000381469727. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/** As RFC 4180 has it. */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
