// The answers of two model files to the same pictures, each prepared as its own card says.
import type { Card } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { goldenInput, goldenNames } from '../../models/golden.ts';
import { command } from '../../setup/invocation.mjs';
import { argMax } from '../../train/loop/logits.ts';
import type { OpenModelFile } from '../files/file.ts';
import { type FolderPictures, readFolderPictures } from '../files/pictures.ts';
import { onnxClassifier } from '../parity/classifier.ts';

/** One model's answer to a picture. */
export interface TopLabel {
  readonly label: string;
  readonly probability: number;
}

export interface ChangedAnswer {
  readonly picture: string;
  readonly before: TopLabel;
  readonly after: TopLabel;
}

export interface Answers {
  readonly n: number;
  /** What was asked: a folder, or the built-in pictures. */
  readonly pictures: string;
  /** Largest difference of a probability; absent where the labels differ. */
  readonly largest?: number;
  readonly changed: readonly ChangedAnswer[];
}

/** @returns Undefined when a file has no card, which says what its input is. */
export async function compareAnswers(
  before: OpenModelFile,
  after: OpenModelFile,
  folder: string | undefined,
): Promise<Answers | undefined> {
  if (before.card === undefined || after.card === undefined) return undefined;
  const [old, now] = [await ask(before, before.card, folder), await ask(after, after.card, folder)];
  const [labels, newLabels] = [before.card.labels, after.card.labels];
  const changed = old.names.flatMap((picture, i): ChangedAnswer[] => {
    const [a, b] = [answerOf(old.rows[i], labels), answerOf(now.rows[i], newLabels)];
    return a.label === b.label ? [] : [{ picture, before: a, after: b }];
  });
  const same = labels.join('\n') === newLabels.join('\n');
  const largest = Math.max(
    ...old.rows.flatMap((row, i) =>
      Array.from(row, (value, k) => Math.abs(value - (now.rows[i]?.[k] ?? Number.NaN))),
    ),
  );
  return {
    n: old.names.length,
    pictures: folder ?? 'the built-in pictures',
    ...(same && { largest }),
    changed,
  };
}

const BATCH = 100;

async function ask({ path, source }: OpenModelFile, card: Card, folder: string | undefined) {
  const { names, images } =
    folder === undefined ? builtIn(card) : await readFolderPictures(folder, card.input);
  const size = images.length / names.length;
  const classifier = await onnxClassifier(source, card.input.shape).catch((error) => {
    const reason = messageOf(error);
    throw new UserError(
      `${path} cannot be run: ${reason}. To find out what is wrong with it: ${command('verify', [path])}`,
    );
  });
  const rows: Float32Array[] = [];
  for (let from = 0; from < names.length; from += BATCH) {
    const some = images.subarray(from * size, (from + BATCH) * size);
    const probabilities = await classifier.classify(some);
    for (let row = 0; row < probabilities.length; row += card.labels.length)
      rows.push(probabilities.subarray(row, row + card.labels.length));
  }
  await classifier.close();
  return { names, rows };
}

function builtIn({ input }: Card): FolderPictures {
  return {
    names: goldenNames,
    images: Buffer.concat(goldenNames.map((name) => goldenInput(name, input.shape))),
  };
}

function answerOf(row: Float32Array | undefined, labels: readonly string[]): TopLabel {
  const best = argMax(row ?? new Float32Array());
  return { label: labels[best] ?? String(best), probability: row?.[best] ?? Number.NaN };
}
