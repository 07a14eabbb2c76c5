// Checks a model file from itself alone: its structure, its weights' digest, its golden answers; and, if asked, against others.

import { createHash } from 'node:crypto';
import { canonicalJson } from '../../models/canonical.ts';
import type { Card, CardOf } from '../../models/card.ts';
import { CARD_CHANGED, proofOf } from '../../models/card-proof.ts';
import { measureAccuracy } from '../../models/complete-card.ts';
import { messageOf } from '../../models/errors.ts';
import { expectedAnswers, outputDifference, unitInWords, unitsOf } from '../../models/expected.ts';
import { goldenDifference, goldenInput } from '../../models/golden.ts';
import { heldOutOf, splitOfMetrics, testedOn } from '../../models/held-out.ts';
import { labelsForCard, numbersForCard } from '../../models/measure/for-card.ts';
import { inputsOf } from '../../models/onnx/reads.ts';
import { digestByCard, WEIGHTS_CHANGED } from '../../models/onnx/weights-digest.ts';
import { scoreInWords } from '../../models/score.ts';
import { TOLERANCE } from '../../models/tolerance.ts';
import type { Labels } from '../../train/datasets/index.ts';
import { plainPercent } from '../../train/report/format.ts';
import { cardOf, type OpenModelFile } from '../files/file.ts';
import { goldenNovelty } from '../novelty/golden.ts';
import { type Classifier, onnxClassifier } from '../parity/classifier.ts';
import { problemsOf } from './structure.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly holds: boolean;
  /** It could not be looked at: an earlier version wrote the file, or there is nothing to compare with. */
  readonly open?: 'older' | 'none';
  /** What was found, in a sentence. */
  readonly found: string;
}

/** Decimals of the golden answers in a card are six: rounding alone makes this difference. */
const ROUNDED = 5e-7;

/**
 * Checks a file against its own card.
 * @throws UserError when it has no card.
 */
export async function verifyAlone(file: OpenModelFile): Promise<Check[]> {
  const card = cardOf(file);
  const checks = [checkStructure(file, card), checkWeights(file, card), checkRecipe(card), checkCard(card)];
  return [...checks, ...(await checkAnswers(file, card))];
}

function checkStructure({ model }: OpenModelFile, card: Card): Check {
  const problems = problemsOf(model, card);
  const { node, initializer } = model.graph;
  const fine = `${node.length} nodes and ${initializer.length} tensors in order, input and output as in the card`;
  return { name: 'structure', holds: problems.length === 0, found: problems.join('; ') || fine };
}

function checkWeights({ model }: OpenModelFile, card: Card): Check {
  return digestCheck('weights', digestByCard(model, card), card.weightsDigest, WEIGHTS_CHANGED);
}

function checkRecipe({ recipe, recipeDigest }: Card): Check {
  const digest = createHash('sha256').update(canonicalJson(recipe)).digest('hex');
  return digestCheck('recipe', digest, recipeDigest, 'the recipe in the card has been changed');
}

/** Whether labels, the rule for pictures and the expected answers are those that were written together. */
function checkCard(card: Card): Check {
  const name = 'card';
  switch (proofOf(card)) {
    case 'holds':
      return {
        name,
        holds: true,
        found: 'labels, rule for pictures and expected answers as they were written',
      };
    case 'changed':
      return { name, holds: false, found: CARD_CHANGED };
    case 'older':
      return {
        ...{ name, holds: true, open: 'older' },
        found: 'this card is older and does not prove its labels, nor its rule for pictures: export it again',
      };
  }
}

/** @param meaning - What it means that the digest is not the card's. */
function digestCheck(name: string, digest: string, expected: string, meaning: string): Check {
  const holds = digest === expected;
  const found = holds
    ? `SHA-256 ${short(digest)} as in the card`
    : `SHA-256 ${short(digest)}, the card has ${short(expected)}: ${meaning}`;
  return { name, holds, found };
}

/** Loads the file and asks it for the built-in pictures, alone and together. */
async function checkAnswers({ source, model }: OpenModelFile, card: Card): Promise<Check[]> {
  const { shape } = card.input;
  const started = performance.now();
  let classifier: Classifier;
  try {
    classifier = await onnxClassifier(source, shape);
  } catch (error) {
    return [{ name: 'loads', holds: false, found: messageOf(error) }];
  }
  try {
    const seconds = ((performance.now() - started) / 1000).toFixed(2);
    const loads = { name: 'loads', holds: true, found: `by onnxruntime, in ${seconds} s` };
    return [loads, await checkGolden(classifier, card, batchOf(model)), ...(await checkNovelty(model, card))];
  } finally {
    await classifier.close();
  }
}

async function checkGolden(classifier: Classifier, card: Card, batch: number | undefined): Promise<Check> {
  const { input, labels } = card;
  const golden = expectedAnswers(card);
  const units = unitsOf(card);
  if (golden.length === 0)
    return { name: 'golden', holds: true, open: 'none', found: 'the card has no expected answers' };
  const pictures = golden.map((each) => goldenInput(each.input, input.shape));
  if (batch !== undefined) return checkGoldenAlone(classifier, card, pictures, batch);
  const together = await classifier.classify(Buffer.concat(pictures));
  let largest = 0;
  for (const [i, { output }] of golden.entries()) {
    const alone = await classifier.classify(pictures[i] ?? new Uint8Array());
    const row = together.subarray(i * labels.length, (i + 1) * labels.length);
    largest = Math.max(largest, ...[alone, row].map((got) => outputDifference(output, got, units)));
  }
  return goldenCheck(card, 'alone and together', largest);
}

/** Of a model that takes a fixed number of pictures: each with copies of itself. */
async function checkGoldenAlone(
  classifier: Classifier,
  card: Card,
  pictures: readonly Uint8Array[],
  batch: number,
): Promise<Check> {
  let largest = 0;
  for (const [i, { output }] of expectedAnswers(card).entries()) {
    const copies = Array.from({ length: batch }, () => pictures[i] ?? new Uint8Array());
    const row = (await classifier.classify(Buffer.concat(copies))).subarray(0, card.labels.length);
    largest = Math.max(largest, outputDifference(output, row, unitsOf(card)));
  }
  return goldenCheck(card, `${batch} at a time`, largest);
}

function goldenCheck(card: Card, how: string, largest: number): Check {
  const allowed = allowedBy(card) + ROUNDED;
  return {
    name: 'golden',
    holds: largest <= allowed,
    found: `${card.golden.length} built-in pictures, ${how}: largest difference ${largest.toExponential(1)} ${unitInWords(card)} (allowed: ${allowed.toExponential(1)})`,
  };
}

/** Whether the novelty of the built-in pictures is as in the card; no check where the card has none. */
async function checkNovelty(model: OpenModelFile['model'], card: Card): Promise<Check[]> {
  if (card.novelty === undefined) return [];
  const { threshold, falseAlarms, n } = card.novelty;
  const golden = expectedAnswers(card);
  const got = await goldenNovelty(golden, model, card.input.shape, batchOf(model));
  const scores = (each: typeof golden) => each.map(({ novelty = Number.NaN }) => novelty);
  const largest = goldenDifference(scores(golden), scores(got));
  const isInt8 = card.quantization?.weights === 'int8';
  const allowed = (isInt8 ? INT8_TOLERANCE : NOVELTY_TOLERANCE) + ROUNDED;
  return [
    {
      name: 'novelty',
      holds: largest <= allowed,
      found: `above ${threshold} is strange, ${plainPercent(falseAlarms)} of ${n} ${heldOutOf(card.recipe)} pictures by mistake; built-in pictures: largest difference ${largest.toExponential(1)} (allowed: ${allowed.toExponential(1)})`,
    },
  ];
}

/** The number of pictures that a model takes; undefined for any. */
function batchOf({ graph }: OpenModelFile['model']): number | undefined {
  return inputsOf(graph)[0]?.type?.tensor_type?.shape?.dim[0]?.dim_value;
}

/** Scores are sums of a thousand features before their sigmoid: those of other processors differ by up to 1e-5. */
const NOVELTY_TOLERANCE = 1e-4;

/** Processors round the sums of bytes in int8 kernels differently. */
const INT8_TOLERANCE = 0.02;

function allowedBy({ parity, quantization }: Card): number {
  return quantization?.weights === 'int8' ? INT8_TOLERANCE : (parity?.tolerance ?? TOLERANCE);
}

/**
 * Asks the file for a whole test set again.
 * @param images - uint8 `[N,H,W,C]` from one picture to another, the latter left out.
 */
export async function verifyMetrics(
  file: OpenModelFile,
  images: (from: number, to: number) => Uint8Array,
  labels: Labels,
  targets?: Float32Array,
): Promise<Check> {
  const card = cardOf(file);
  const classifier = await onnxClassifier(file.source, card.input.shape);
  const n = labels.length;
  const probabilities = new Float32Array(n * card.labels.length);
  for (let from = 0; from < n; from += BATCH) {
    const some = images(from, Math.min(n, from + BATCH));
    probabilities.set(await classifier.classify(some), from * card.labels.length);
  }
  await classifier.close();
  if (card.task !== 'single') return targetsCheck(card, probabilities, targets);
  const { accuracy } = measureAccuracy(probabilities, labels, splitOfMetrics(card));
  const claimed = card.metrics;
  return {
    name: 'metrics',
    holds: claimed !== null && claimed.n === n && claimed.accuracy === accuracy,
    found: `accuracy ${(accuracy * 100).toFixed(2)} % on ${n} ${testedOn(card)}; the card says ${claimed === null ? 'nothing' : `${(claimed.accuracy * 100).toFixed(2)} % on ${claimed.n}`}`,
  };
}

/** The measures of several labels or of numbers, as the card has them. */
function targetsCheck(
  card: CardOf<'multi'> | CardOf<'regression'>,
  answers: Float32Array,
  targets: Float32Array = new Float32Array(),
): Check {
  const split = card.metrics?.split ?? 'test';
  const measured =
    card.task === 'multi'
      ? { ...card, metrics: { split, ...labelsForCard(answers, targets, card.thresholds) } }
      : { ...card, metrics: { split, ...numbersForCard(answers, targets, card.ranges) } };
  const [found, claimed] = [scoreInWords(measured), scoreInWords(card)];
  return {
    name: 'metrics',
    holds: card.metrics?.n === measured.metrics.n && claimed === found,
    found: `${found} on ${measured.metrics.n} ${testedOn(card)}; the card says ${claimed === undefined ? 'nothing' : `${claimed} on ${card.metrics?.n}`}`,
  };
}

const BATCH = 500;

function short(digest: string): string {
  return `${digest.slice(0, 12)}...`;
}
