// Makes the model file of a classifier that was corrected: the old graph with its corrections, and a card of its own.
import { canonicalJson } from '../../../models/canonical.ts';
import type { Card } from '../../../models/card.ts';
import type { CardDraft } from '../../../models/complete-card.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import type { ModelProto } from '../../../models/onnx/types.ts';
import { withoutNovelty } from '../../../models/onnx/without-novelty.ts';
import { sha256 } from '../../../models/sha256.ts';
import { finishFile, type RunFile } from '../file/finish.ts';
import { digestOf, weightsIn } from '../file/make.ts';
import { correctedModel, observing, placeOf } from './graph.ts';
import { answersWith, learnCorrections, NEARNESS, type Seen } from './learn.ts';

/** The classifier that is corrected. */
export interface Wrong {
  readonly model: ModelProto;
  readonly card: Card;
  /** Of its file. */
  readonly sha256: string;
}

/** A picture, as the model sees it, and which class it is. */
export interface Correction {
  /** `[H,W,C]` uint8. */
  readonly input: Uint8Array;
  readonly label: number;
}

export interface CorrectedFile {
  readonly file: Uint8Array;
  readonly card: Card;
  /** Probabilities `[classes]` of each picture that was corrected. */
  readonly answers: readonly Float32Array[];
}

/** Runs a model and gives the rows of its one output, for inputs `[H,W,C]`. */
export type RunModel = (
  file: Uint8Array,
  output: string,
  inputs: readonly Uint8Array[],
) => Promise<Float32Array[]>;

/**
 * Learns the corrections and makes the file.
 *
 * @param runtime - What runs it, for the certificate in its card.
 * @throws UserError for a classifier that cannot be corrected, or whose file does not answer as was learned.
 */
export async function makeCorrected(
  name: string,
  wrong: Wrong,
  corrections: readonly Correction[],
  run: RunModel,
  runtime: string,
): Promise<CorrectedFile> {
  const { card } = wrong;
  const model = withoutNovelty(wrong.model); // what was corrected may be strange: the file would say so for ever
  const place = placeOf(model, card.input.name);
  const observed = observing(model, place);
  const inputs = corrections.map(({ input }) => input);
  const rows = await run(encodeModel(observed.model), observed.output, inputs);
  const seen = split(rows, card.labels.length);
  const learned = learnCorrections(
    seen,
    corrections.map(({ label }) => label),
  );
  const made = correctedModel(model, place, learned, name);
  const all = answersWith(learned, seen, inputs.length);
  const k = card.labels.length;
  const answers = inputs.map((_, i) => all.subarray(i * k, (i + 1) * k));
  const draft = draftOf(name, wrong, corrections, place.features, weightsIn(made.graph.initializer));
  const expected = inputs.map((input, i) => ({ input, probabilities: answers[i] ?? new Float32Array() }));
  const runFile: RunFile = (file, { output }, given) => run(file, output.name, given);
  return {
    ...(await finishFile({ model: made, draft, metrics: null, expected }, runFile, runtime)),
    answers,
  };
}

/** Features and logits, which a model that is observed gives behind one another. */
function split(rows: readonly Float32Array[], classes: number): Seen {
  const parts = (from: number, to: number | undefined) =>
    Float32Array.from(rows.flatMap((row) => Array.from(row.slice(from, to))));
  return { features: parts(0, -classes), logits: parts(-classes, undefined) };
}

/** How good it is was measured before it was corrected: its card does not say it. */
function draftOf(
  name: string,
  { card, sha256: file }: Wrong,
  corrections: readonly Correction[],
  features: string,
  parameters: number,
): CardDraft {
  const labels = corrections.map(({ label }) => label);
  const counted = card.labels.map((label, k) => [label, labels.filter((each) => each === k).length] as const);
  const drawings = `${labels.length} ${labels.length === 1 ? 'example' : 'examples'}`;
  const description = `${card.name}, corrected in a browser by ${drawings}`;
  const recipe = {
    ...{ name, description, dataset: 'corrections', prepare: card.input.prepare },
    corrected: {
      examples: Object.fromEntries(counted.filter(([, count]) => count > 0)),
      model: { name: card.name, sha256: file, recipeDigest: card.recipeDigest },
      ...{ features, nearness: NEARNESS },
    },
  };
  const inputs = corrections.map(({ input }) => input);
  return {
    ...{ name, description, labels: card.labels, tta: card.tta },
    input: { shape: card.input.shape, prepare: card.input.prepare },
    architecture: { name: `${card.architecture.name} with corrections`, parameters },
    recipe,
    recipeDigest: sha256(canonicalJson(recipe)),
    datasets: [
      ...card.datasets.filter(({ split }) => split === 'train'),
      { name: 'corrections', split: 'train', n: labels.length, digest: digestOf(labels, inputs) },
    ],
  };
}
