// The answers of two model files to the same pictures, each prepared as its own card says.
import { answerOf } from '../../models/answer.ts';
import type { Card } from '../../models/card.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { outputDifference, unitInWords, unitsOf } from '../../models/expected.ts';
import { goldenInput, goldenNames } from '../../models/golden.ts';
import { TOLERANCE } from '../../models/tolerance.ts';
import { command } from '../../setup/invocation.mjs';
import type { OpenModelFile } from '../files/file.ts';
import { type FolderPictures, readFolderPictures } from '../files/pictures.ts';
import { onnxClassifier } from '../parity/classifier.ts';

/** One model's answer to a picture: one label with its probability, several labels, or numbers. */
export interface TopLabel {
  readonly label: string;
  /** Of one label. */
  readonly probability?: number;
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
  /** Largest difference of a probability, or of a number in its deviations; absent where the labels or the tasks differ. */
  readonly largest?: number;
  /** What that is a difference of; a probability if left out. */
  readonly unit?: string;
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
  const [card, newCard] = [before.card, after.card];
  const changed = old.names.flatMap((picture, i): ChangedAnswer[] => {
    const [one, other] = [old.rows[i], now.rows[i]];
    const [a, b] = [said(one, card), said(other, newCard)];
    return isSame(a, b, one, other, card) ? [] : [{ picture, before: a, after: b }];
  });
  const same = card.task === newCard.task && card.labels.join('\n') === newCard.labels.join('\n');
  const largest = Math.max(
    ...old.rows.map((row, i) => outputDifference(row, now.rows[i] ?? [], unitsOf(card))),
  );
  return {
    n: old.names.length,
    pictures: folder ?? 'the built-in pictures',
    ...(same && { largest }),
    ...(card.task === 'regression' && { unit: unitInWords(card) }),
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

function said(row: Float32Array = new Float32Array(), card: Card): TopLabel {
  const answer = answerOf(card, row);
  if (answer.task === 'single') return { label: answer.label, probability: answer.probability };
  if (answer.task === 'multi') return { label: answer.labels.map(({ label }) => label).join(', ') || 'none' };
  const numbers = Object.entries(answer.values).map(
    ([name, value]) => `${name} ${Number(value.toPrecision(6))}`,
  );
  return { label: numbers.join(', ') };
}

/** Numbers are the same up to what an export may change. */
function isSame(
  a: TopLabel,
  b: TopLabel,
  one: ArrayLike<number> = [],
  other: ArrayLike<number> = [],
  card: Card,
): boolean {
  if (card.task !== 'regression') return a.label === b.label;
  return outputDifference(one, other, unitsOf(card)) <= TOLERANCE;
}
