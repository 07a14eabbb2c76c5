// Makes the model file of a head that was taught: one graph with a card, like that of every other export.
import { canonicalJson } from '../../../models/canonical.ts';
import type { Card } from '../../../models/card.ts';
import {
  type CardDraft,
  certify,
  completeCard,
  goldenAnswers,
  goldenPictures,
  withCard,
} from '../../../models/complete-card.ts';
import { UserError } from '../../../models/errors.ts';
import { tensorsOf } from '../../../models/onnx/every-tensor.ts';
import { encodeModel } from '../../../models/onnx/schema.ts';
import { weightParts } from '../../../models/onnx/weight-parts.ts';
import { argMax } from '../../../models/rank.ts';
import { sha256, sha256Of } from '../../../models/sha256.ts';
import { sizeOf } from '../../../models/shape.ts';
import { TIE, TOLERANCE } from '../../../models/tolerance.ts';
import { answersOf, l2Of } from '../head/regression.ts';
import type { Lesson, Taught } from '../head/teach.ts';
import type { FeatureModel } from './feature-graph.ts';
import { joined } from './join.ts';

/** What the file is called and says. */
export interface Naming {
  /** As in a repository: letters, digits, ".", "-" and "_". */
  readonly name: string;
  /** Of each class. */
  readonly labels: readonly string[];
}

/** The network whose features were used. */
export interface Base {
  readonly features: FeatureModel;
  readonly card: Card;
  /** Of its file. */
  readonly sha256: string;
}

/** What was learned, and of what. */
export interface Learned {
  readonly lesson: Lesson;
  readonly taught: Taught;
  /** `[H,W,C]` uint8 of each example. */
  readonly inputs: readonly Uint8Array[];
}

/** Opens a file and answers inputs `[H,W,C]` with probabilities `[classes]` each. */
export type RunFile = (
  file: Uint8Array,
  card: Card,
  inputs: readonly Uint8Array[],
) => Promise<Float32Array[]>;

/** Examples on which the file is held against the head: enough of them, where a network takes its time. */
const COMPARED = 64;

/**
 * Makes the file, runs it on the built-in pictures and on examples, and holds its answers against those of the head.
 *
 * @param runtime - What runs it, for the certificate in its card.
 * @throws UserError when it does not answer as the head that was taught.
 */
export async function makeFile(
  naming: Naming,
  base: Base,
  learned: Learned,
  run: RunFile,
  runtime: string,
): Promise<{ file: Uint8Array; card: Card }> {
  const model = joined(base.features, learned.taught.head, naming.name);
  const draft = draftOf(naming, base, learned, weightsIn(model.graph.initializer));
  const open = { weightsDigest: sha256Of(weightParts(tensorsOf(model))), metrics: metricsOf(learned.taught) };
  const bare = completeCard(draft, { ...open, golden: [], parity: null });
  const { names, images } = goldenPictures(draft.input.shape);
  const size = sizeOf(draft.input.shape);
  const golden = names.map((_, i) => images.subarray(i * size, (i + 1) * size));
  const compared = someOf(learned.inputs.length);
  const inputs = [...golden, ...compared.map((i) => learned.inputs[i] ?? new Uint8Array())];
  const answers = await run(encodeModel(model), bare, inputs);
  const parity = parityOf(learned, compared, answers.slice(golden.length));
  if (!(parity.maxProbabilityDifference <= TOLERANCE) || parity.changedLabels > parity.ties)
    throw new UserError(
      `The file was not made: over ${parity.n} examples it answers up to ${parity.maxProbabilityDifference.toExponential(1)} otherwise than what was taught (allowed: ${TOLERANCE}). Try it in another browser.`,
    );
  const card = completeCard(draft, {
    ...open,
    golden: goldenAnswers(names, flat(answers.slice(0, golden.length))),
    parity: certify(parity, TOLERANCE, `${runtime}, the head in float64`),
  });
  return { file: encodeModel(withCard(model, card)), card };
}

function draftOf(
  { name, labels }: Naming,
  { features, card: { name: network, input, architecture }, sha256: file }: Base,
  { lesson, taught, inputs }: Learned,
  parameters: number,
): CardDraft {
  const counts = labels.map((_, k) => Array.from(lesson.labels).filter((label) => label === k).length);
  const description = `Taught in a browser by ${lesson.labels.length} examples, on the features of ${network}`;
  const recipe = {
    ...{ name, description, dataset: 'taught', seed: lesson.seed, prepare: input.prepare },
    taught: {
      examples: Object.fromEntries(labels.map((label, k) => [label, counts[k] ?? 0])),
      features: { model: network, sha256: file, value: features.taken },
      l2: l2Of(lesson.features.length / lesson.labels.length),
      judged: { trained: taught.judgment?.trained ?? 0, heldOut: taught.heldOut.length },
    },
  };
  const all = inputs.map((_, i) => i);
  const dataset = (split: 'train' | 'test', indices: readonly number[]) => ({
    ...{ name: 'taught', split, n: indices.length },
    digest: digestOf(lesson, inputs, indices),
  });
  return {
    ...{ name, description, labels: [...labels], tta: 'none' },
    input: { shape: input.shape, prepare: input.prepare },
    architecture: { name: `softmax regression on ${architecture.name}`, parameters },
    recipe,
    recipeDigest: sha256(canonicalJson(recipe)),
    datasets: [dataset('train', all), ...(taught.judgment ? [dataset('test', taught.heldOut)] : [])],
  };
}

function metricsOf({ judgment }: Taught): Card['metrics'] {
  if (judgment === undefined) return null;
  const { n, accuracy, errorRate, loss } = judgment;
  return { split: 'test', n, accuracy, errorRate, loss };
}

/** SHA-256 over classes and inputs of examples. */
function digestOf({ labels }: Lesson, inputs: readonly Uint8Array[], indices: readonly number[]): string {
  return sha256Of(indices.flatMap((i) => [`${labels[i]}\n`, inputs[i] ?? new Uint8Array()]));
}

function weightsIn(initializers: readonly { readonly dims: readonly number[] }[]): number {
  return initializers.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
}

/** Indices of up to `COMPARED` of `n` examples, spread over all. */
function someOf(n: number): number[] {
  const some = Math.min(n, COMPARED);
  return Array.from({ length: some }, (_, i) => Math.floor((i * n) / some));
}

function parityOf({ lesson, taught }: Learned, compared: readonly number[], got: readonly Float32Array[]) {
  const { features, classes } = lesson;
  const width = features.length / lesson.labels.length;
  let [maxProbabilityDifference, changedLabels, ties] = [0, 0, 0];
  for (const [i, index] of compared.entries()) {
    const expected = answersOf(taught.head, features.subarray(index * width, (index + 1) * width));
    const answer = got[i] ?? new Float32Array(classes).fill(Number.NaN);
    for (const [k, probability] of expected.entries()) {
      const difference = Math.abs(probability - (answer[k] ?? Number.NaN));
      maxProbabilityDifference = Math.max(maxProbabilityDifference, difference); // NaN stays NaN
    }
    if (argMax(expected) === argMax(answer)) continue;
    changedLabels++;
    const [first = 0, second = 0] = Array.from(expected).sort((a, b) => b - a);
    if (first - second < TIE) ties++;
  }
  return { n: compared.length, maxProbabilityDifference, changedLabels, ties };
}

function flat(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows.flatMap((row) => Array.from(row)));
}
