// Evaluates a model file on labeled pictures: its classes are found by their names, every picture is asked for.
import type { CardOf } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { argMax } from '../../models/rank.ts';
import { sizeOf } from '../../models/shape.ts';
import type { LabeledPictures } from '../../train/datasets/folder/labeled.ts';
import { withLabeled } from '../../train/datasets/folder/labeled.ts';
import { type Sheet, sheetOf } from '../../train/report/pictures.ts';
import { cardOf, type OpenModelFile } from '../files/file.ts';
import { onnxClassifier } from '../parity/classifier.ts';
import { type Figures, figuresOf, type LabeledAnswer, lossOf } from './figures.ts';

/** A picture with the answer that was worst for it. */
export interface WorstPicture {
  readonly path: string;
  readonly label: string;
  readonly answer: string;
  /** Of the answer, and of the right class. */
  readonly probability: number;
  readonly rightProbability: number;
  readonly loss: number;
}

export interface Evaluation {
  /** The model file, and its name. */
  readonly model: string;
  readonly name: string;
  readonly folder: string;
  /** Which pictures were taken, in words. */
  readonly decides: string;
  readonly labels: readonly string[];
  readonly figures: Figures;
  /** Those with the largest loss, worst first. */
  readonly worst: readonly WorstPicture[];
  /** Files that were left out, and why. */
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
}

/** With the worst pictures themselves, as the model gets them. */
export interface EvaluatedWithPictures extends Evaluation {
  readonly sheet: Sheet;
}

/** Pictures that are asked for at a time: so many, or of so many bytes. */
const BATCH = 64;
const WORST = 24;

/**
 * Asks `file` for every labeled picture under `folder`.
 * @throws UserError where the folder has a class that the model does not know, or the model does not answer with one label
 */
export function evaluateFile(
  file: OpenModelFile,
  folder: string,
  onProgress?: (done: number, all: number) => void,
): Promise<EvaluatedWithPictures> {
  const card = cardOf(file);
  if (card.task !== 'single')
    throw new UserError(
      `${card.name} answers with ${card.task === 'multi' ? 'any number of labels' : 'numbers'}; evaluate is for models that answer with one label.`,
    );
  const { shape, prepare } = card.input;
  const options = { shape, rule: prepare, ...(onProgress && { onProgress }) };
  return withLabeled(folder, options, (labeled) => evaluated(file, card, folder, labeled));
}

async function evaluated(
  file: OpenModelFile,
  card: CardOf<'single'>,
  folder: string,
  { pictures, decides, problems }: LabeledPictures,
): Promise<EvaluatedWithPictures> {
  const { labels, name, input } = card;
  const classes = matchClasses(
    pictures.map(({ label }) => label),
    card,
    folder,
  );
  const classifier = await onnxClassifier(file.source, input.shape);
  const answers: LabeledAnswer[] = [];
  const size = sizeOf(input.shape);
  for (let from = 0; from < pictures.length; from += BATCH) {
    const some = pictures.slice(from, from + BATCH);
    const images = new Uint8Array(some.length * size);
    for (const [i, picture] of some.entries()) images.set(picture.input(), i * size);
    const values = await classifier.classify(images);
    for (const [i, { label }] of some.entries())
      answers.push({
        label: classes.get(label) ?? -1,
        probabilities: Array.from(values.subarray(i * labels.length, (i + 1) * labels.length)),
      });
  }
  await classifier.close();
  const order = answers
    .map((answer, i) => ({ i, answer, loss: lossOf(answer) }))
    .sort((a, b) => b.loss - a.loss || a.i - b.i)
    .slice(0, WORST);
  const worst = order.map(({ i, answer: { label, probabilities }, loss }): WorstPicture => {
    const predicted = argMax(probabilities);
    return {
      path: pictures[i]?.path ?? '',
      label: labels[label] ?? '',
      answer: labels[predicted] ?? '',
      probability: probabilities[predicted] ?? 0,
      rightProbability: probabilities[label] ?? 0,
      loss,
    };
  });
  const inputs = order.map(({ i }) => pictures[i]?.input() ?? new Uint8Array(size));
  return {
    ...{ model: file.path, name, folder, decides, labels, worst, problems },
    figures: figuresOf(answers, labels),
    sheet: await sheetOf(inputs, input.shape, 8),
  };
}

/**
 * The model's class of each label of a folder: of its name, or the only one but for upper and lower case.
 * @throws UserError for a label that the model does not know
 */
export function matchClasses(
  found: readonly string[],
  { name, labels }: Pick<CardOf<'single'>, 'name' | 'labels'>,
  folder: string,
): Map<string, number> {
  const classes = new Map<string, number>();
  const unknown: string[] = [];
  for (const label of new Set(found)) {
    const alike = labels.flatMap((each, i) => (each.toLowerCase() === label.toLowerCase() ? [i] : []));
    const exact = labels.indexOf(label);
    const index = exact >= 0 ? exact : alike.length === 1 ? alike[0] : undefined;
    if (index === undefined) unknown.push(label);
    else classes.set(label, index);
  }
  if (unknown.length === 0) return classes;
  const guess = nearest(unknown[0] ?? '', [...labels]);
  const shown = (names: readonly string[]) =>
    names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
  throw new UserError(
    `${folder} has ${unknown.length === 1 ? 'a class' : 'classes'} that ${name} does not know: ${shown(unknown)}. It knows ${shown(labels)}. ${guess ? `Did you mean ${JSON.stringify(guess)}? ` : ''}Rename the labels, or leave those pictures out: a part of the model's classes is enough.`,
  );
}
