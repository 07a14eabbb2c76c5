// Evaluates a model file on labeled pictures: its classes are found by their names, every picture is asked for.
import type { CardOf } from '../../models/card.ts';
import { argMax } from '../../models/rank.ts';
import { sizeOf } from '../../models/shape.ts';
import type { LabeledPictures } from '../../train/datasets/folder/labeled.ts';
import { withLabeled } from '../../train/datasets/folder/labeled.ts';
import { type Sheet, sheetOf } from '../../train/report/pictures.ts';
import { type PrecisionRecall, precisionRecallOf } from '../../train/report/precision-recall.ts';
import { cardOf, type OpenModelFile } from '../files/file.ts';
import { askFor } from './ask.ts';
import { type Figures, figuresOf, type LabeledAnswer, lossOf } from './figures.ts';
import { matchClasses } from './match-classes.ts';
import {
  expectedOf,
  measureTargets,
  plotsOf,
  type TargetFigures,
  type TargetPlots,
  type WorstTarget,
} from './targets.ts';

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

/** What is said of a model of any task. */
interface Evaluated {
  /** The model file, and its name. */
  readonly model: string;
  readonly name: string;
  readonly folder: string;
  /** Which pictures were taken, in words. */
  readonly decides: string;
  readonly labels: readonly string[];
  /** Files that were left out, and why. */
  readonly problems: readonly { readonly path: string; readonly reason: string }[];
}

/** Of a model that answers with one class. */
export interface Evaluation extends Evaluated {
  readonly figures: Figures;
  /** Those with the largest loss, worst first. */
  readonly worst: readonly WorstPicture[];
}

/** Of one that answers with several labels or with numbers. */
export interface TargetEvaluation extends Evaluated {
  readonly figures: TargetFigures;
  readonly worst: readonly WorstTarget[];
}

/** With the worst pictures themselves, as the model gets them, and what else a page draws. */
export interface EvaluatedWithPictures extends Evaluation {
  readonly sheet: Sheet;
  readonly plots: { readonly precisionRecall: readonly PrecisionRecall[] };
}

export interface TargetsWithPictures extends TargetEvaluation {
  readonly sheet: Sheet;
  readonly plots: TargetPlots;
}

/** Whether it is of a model that answers with several labels or with numbers. */
export function isOfTargets<T extends { readonly figures: Figures | TargetFigures }>(
  evaluation: T,
): evaluation is Extract<T, { readonly figures: TargetFigures }> {
  return 'task' in evaluation.figures;
}

const WORST = 24;

/**
 * Asks `file` for every labeled picture under `folder`.
 * @throws UserError where the folder has a class that the model does not know, or is labeled with something else than it answers
 */
export function evaluateFile(
  file: OpenModelFile,
  folder: string,
  onProgress?: (done: number, all: number) => void,
): Promise<EvaluatedWithPictures | TargetsWithPictures> {
  const card = cardOf(file);
  const { shape, prepare } = card.input;
  const options = {
    ...{ shape, rule: prepare },
    // Columns of the model's names, or what a table with a column of labels says.
    ...(card.task !== 'single' && {
      readings: [{ as: card.task, label: card.labels }, { as: card.task }],
    }),
    ...(onProgress && { onProgress }),
  };
  return withLabeled<EvaluatedWithPictures | TargetsWithPictures>(folder, options, (labeled) =>
    card.task === 'single'
      ? evaluated(file, card, folder, labeled)
      : evaluatedTargets(file, card, folder, labeled),
  );
}

async function evaluatedTargets(
  file: OpenModelFile,
  card: CardOf<'multi'> | CardOf<'regression'>,
  folder: string,
  labeled: LabeledPictures,
): Promise<TargetsWithPictures> {
  const { pictures, decides, problems } = labeled;
  const { labels, name, input } = card;
  const targets = expectedOf(card, folder, labeled);
  const values = await askFor(file.source, input.shape, pictures);
  const { figures, order, worst } = measureTargets(card, values, targets);
  const shown = order.slice(0, WORST);
  const inputs = shown.map((i) => pictures[i]?.input() ?? new Uint8Array(sizeOf(input.shape)));
  return {
    ...{ model: file.path, name, folder, decides, labels, problems, figures },
    worst: shown.map((i) => worst(i, pictures[i]?.path ?? '')),
    sheet: await sheetOf(inputs, input.shape, 8),
    plots: plotsOf(card, values, targets),
  };
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
  const size = sizeOf(input.shape);
  const values = await askFor(file.source, input.shape, pictures);
  const answers = pictures.map(
    ({ label }, i): LabeledAnswer => ({
      label: classes.get(label) ?? -1,
      probabilities: Array.from(values.subarray(i * labels.length, (i + 1) * labels.length)),
    }),
  );
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
    plots: {
      precisionRecall: precisionRecallOf(
        labels,
        labels.map((_, k) => ({
          scores: answers.map(({ probabilities }) => probabilities[k] ?? 0),
          has: answers.map(({ label }) => (label === k ? 1 : 0)),
        })),
      ),
    },
    sheet: await sheetOf(inputs, input.shape, 8),
  };
}
