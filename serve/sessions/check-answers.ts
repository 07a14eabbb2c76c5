// Checks what a model answers before it is trusted: its card's expected answers, and, of one from elsewhere, that its
// numbers are probabilities and that it takes several pictures at once. It also warms the model up.
import type { Card } from '../../models/card.ts';
import { CARD_CHANGED, proofOf } from '../../models/card-proof.ts';
import { messageOf, UserError } from '../../models/errors.ts';
import { expectedAnswers, outputDifference, unitInWords, unitsOf } from '../../models/expected.ts';
import { isFromElsewhere } from '../../models/from-elsewhere.ts';
import {
  GOLDEN_TOLERANCE,
  type GoldenName,
  goldenDifference,
  goldenInput,
  goldenNames,
} from '../../models/golden.ts';
import { bytesOf, largestBatch } from './batch-size.ts';

/**
 * Runs inputs `[n,H,W,C]` uint8.
 *
 * @param quiet - onnxruntime prints nothing when it fails.
 * @returns float32 `[n,labels]`.
 */
type Run = (inputs: Uint8Array, n: number, quiet?: boolean) => Promise<Float32Array>;

export interface Checked {
  /** Inputs of one run at most; undefined when the model takes any number. */
  readonly largest: number | undefined;
  /** What may be wrong with the card. */
  readonly doubt: string | undefined;
}

/** How far a probability may be outside of 0 to 1: the rounding of float16. */
const RANGE_TOLERANCE = 1e-3;

/** How far probabilities may be from summing to one: those of int8 are rounded to 1/256 each. */
const SUM_TOLERANCE = 0.05;

/** The largest difference between a picture's answers alone and beside another; batches add in another order. */
const BATCH_TOLERANCE = 1e-2;

/**
 * @param largest - inputs of one run at most, as the model says.
 * @throws UserError when an answer is not what the card says.
 */
export async function checkAnswers(card: Card, run: Run, largest: number | undefined): Promise<Checked> {
  if (proofOf(card) === 'changed') throw new UserError(CARD_CHANGED);
  const ask = (name: GoldenName) => askAlone(card, run, largest, name);
  for (const { input, output } of expectedAnswers(card)) {
    const answer = await ask(input);
    checkOutput(card, input, answer);
    const difference = outputDifference(output, answer, unitsOf(card));
    if (!(difference <= GOLDEN_TOLERANCE)) {
      throw new UserError(
        `for the built-in picture "${input}" it differs from its card by ${difference.toExponential(1)}${card.task === 'regression' ? ` ${unitInWords(card)}` : ''}, more than ${GOLDEN_TOLERANCE}: the file is damaged, or this machine computes wrongly`,
      );
    }
  }
  if (!isFromElsewhere(card)) {
    if (card.golden.length === 0) checkOutput(card, 'zeros', await ask('zeros')); // the first run is slow, and may fail
    return { largest, doubt: undefined };
  }
  const answers: Answer[] = [];
  for (const name of goldenNames) {
    const answer = await ask(name);
    checkOutput(card, name, answer);
    if (sumsToOne(card)) checkSum(name, answer);
    answers.push({ name, answer });
  }
  const most = largest ?? ((await takesTwo(card, run, answers)) ? undefined : 1);
  return { largest: most, doubt: doubtOf(card, answers) };
}

/**
 * Checks how strange the model finds the built-in pictures.
 *
 * @param score - of one input `[H,W,C]` uint8.
 * @throws UserError when a score is not that of the card.
 */
export async function checkNovelty(
  { golden, input: { shape } }: Card,
  score: (input: Uint8Array) => Promise<number | undefined>,
): Promise<void> {
  for (const { input, novelty } of golden) {
    if (novelty === undefined) continue;
    const difference = Math.abs(((await score(goldenInput(input, shape))) ?? Number.NaN) - novelty);
    if (!(difference <= GOLDEN_TOLERANCE))
      throw new UserError(
        `for the built-in picture "${input}" its novelty differs from its card by ${difference.toExponential(1)}, more than ${GOLDEN_TOLERANCE}: the file is damaged, or this machine computes wrongly`,
      );
  }
}

/** What a model gives of a built-in picture alone: probabilities of all labels. */
interface Answer {
  readonly name: GoldenName;
  readonly answer: Float32Array;
}

/** A picture alone in its batch, which is filled up with zeros when the model has a fixed batch size. */
async function askAlone(
  { input: { shape }, labels }: Card,
  run: Run,
  largest: number | undefined,
  name: GoldenName,
): Promise<Float32Array> {
  const n = largest ?? 1;
  const inputs = new Uint8Array(n * bytesOf(shape));
  inputs.set(goldenInput(name, shape));
  return (await run(inputs, n)).slice(0, labels.length);
}

function checkOutput(card: Card, input: GoldenName, answer: Float32Array): void {
  if (card.task === 'regression') checkNumbers(input, answer);
  else checkRange(card, input, answer);
}

function checkRange(card: Card, input: GoldenName, answer: Float32Array): void {
  const [least, most] = [Math.min(...answer), Math.max(...answer)];
  // Stryker disable next-line EqualityOperator: no float32 number is just this
  if (least >= -RANGE_TOLERANCE && most <= 1 + RANGE_TOLERANCE) return; // not so for NaN
  const hint = !isFromElsewhere(card) ? '' : '. Are they logits? Say so in card.json: "output": "logits"';
  throw new UserError(
    `for the built-in picture "${input}" its probabilities are from ${inWords(least)} to ${inWords(most)}, expected 0 to 1${Number.isNaN(least) ? '' : hint}`,
  );
}

/** Any number may be right, but NaN and infinity are none. */
function checkNumbers(input: GoldenName, answer: Float32Array): void {
  const wrong = answer.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new UserError(`for the built-in picture "${input}" it gives ${wrong}, expected a number`);
}

function sumsToOne(card: Card): boolean {
  return card.task === 'single' && card.output.values === 'distribution';
}

function checkSum(input: GoldenName, answer: Float32Array): void {
  const sum = answer.reduce((all, one) => all + one, 0);
  // Stryker disable next-line EqualityOperator: no sum of float32 numbers is just this
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return;
  throw new UserError(
    `for the built-in picture "${input}" its probabilities sum to ${inWords(sum)}, expected 1. Has each label its own, so that several may be true? Say so in card.json: "output": "multi-label"; or "logits", if they are`,
  );
}

/** The pictures that are asked for together, in the order of `goldenNames`. */
const PAIR: readonly GoldenName[] = ['ramp', 'noise'];

/** Whether it gives two pictures at once the answers that it gives each alone: many files say so, and are made for one. */
async function takesTwo({ input: { shape } }: Card, run: Run, answers: readonly Answer[]): Promise<boolean> {
  const size = bytesOf(shape);
  if (largestBatch(shape, 2) === 1) return false;
  const inputs = new Uint8Array(2 * size);
  for (const [i, name] of PAIR.entries()) inputs.set(goldenInput(name, shape), i * size);
  try {
    const both = await run(inputs, 2, true);
    const alone = answers.filter(({ name }) => PAIR.includes(name)).flatMap(({ answer }) => [...answer]);
    // Stryker disable next-line EqualityOperator: no two float32 numbers differ by just this
    return goldenDifference(alone, both) <= BATCH_TOLERANCE;
  } catch (error) {
    if (/out of memory|bad.alloc/i.test(messageOf(error))) throw error;
    return false;
  }
}

/** Labels from which on equal answers say something. */
const LABELS = 3;

/**
 * Whether a softmax seems to have been applied to probabilities, which makes all answers nearly equal: then the logarithm
 * of each, moved so that they sum to one, is between 0 and 1.
 */
function doubtOf(card: Card, answers: readonly Answer[]): string | undefined {
  if (!sumsToOne(card) || card.labels.length < LABELS) return undefined;
  const twice = answers.every(({ answer }) => {
    const logarithms = [...answer].map(Math.log);
    const mean = logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length;
    return logarithms.every((one) => one - mean + 1 / logarithms.length >= -RANGE_TOLERANCE);
  });
  if (!twice) return undefined;
  return 'all its answers are nearly equal, as if a softmax were applied twice: if the model gives probabilities already, say so in card.json: "output": "probabilities"';
}

function inWords(value: number): string {
  return Number.isNaN(value) ? 'NaN' : String(Number(value.toPrecision(3)));
}
