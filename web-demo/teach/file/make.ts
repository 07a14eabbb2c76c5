// Makes the model file of a head that was taught: one graph with a card, like that of every other export.
import { canonicalJson } from '../../../models/canonical.ts';
import type { Card, CardOf } from '../../../models/card.ts';
import type { CardDraft } from '../../../models/complete-card.ts';
import { sha256, sha256Of } from '../../../models/sha256.ts';
import { sizeOf } from '../../../models/shape.ts';
import { answersOf, l2Of } from '../head/regression.ts';
import type { Lesson, Taught } from '../head/teach.ts';
import type { FeatureModel } from './feature-graph.ts';
import { type Expected, finishFile, type RunFile } from './finish.ts';
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
  const unfinished = { model, draft, metrics: metricsOf(learned.taught), expected: expectedOf(learned) };
  return finishFile(unfinished, run, runtime);
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
  const dataset = (split: 'train' | 'validation', indices: readonly number[]) => ({
    ...{ name: 'taught', split, n: indices.length },
    digest: digestOf(
      indices.map((i) => lesson.labels[i] ?? 0),
      indices.map((i) => inputs[i] ?? new Uint8Array()),
    ),
  });
  return {
    ...{ name, description, labels: [...labels], tta: 'none' },
    input: { shape: input.shape, prepare: input.prepare },
    architecture: { name: `softmax regression on ${architecture.name}`, parameters },
    recipe,
    recipeDigest: sha256(canonicalJson(recipe)),
    datasets: [dataset('train', all), ...(taught.judgment ? [dataset('validation', taught.heldOut)] : [])],
  };
}

function metricsOf({ judgment }: Taught): CardOf<'single'>['metrics'] {
  if (judgment === undefined) return null;
  const { n, accuracy, errorRate, loss } = judgment;
  return { split: 'validation', n, accuracy, errorRate, loss };
}

/** SHA-256 over classes and inputs `[H,W,C]` of examples. */
export function digestOf(labels: readonly number[], inputs: readonly Uint8Array[]): string {
  return sha256Of(labels.flatMap((label, i) => [`${label}\n`, inputs[i] ?? new Uint8Array()]));
}

/** How many numbers the weights of a graph are. */
export function weightsIn(initializers: readonly { readonly dims: readonly number[] }[]): number {
  return initializers.reduce((sum, { dims }) => sum + sizeOf(dims), 0);
}

/** What the head answers to up to `COMPARED` examples, spread over all. */
function expectedOf({ lesson, taught, inputs }: Learned): Expected[] {
  const width = lesson.features.length / lesson.labels.length;
  const some = Math.min(inputs.length, COMPARED);
  return Array.from({ length: some }, (_, i) => {
    const index = Math.floor((i * inputs.length) / some);
    return {
      input: inputs[index] ?? new Uint8Array(),
      probabilities: answersOf(taught.head, lesson.features.subarray(index * width, (index + 1) * width)),
    };
  });
}
