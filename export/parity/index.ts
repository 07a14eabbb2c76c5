// Proof that a model file gives the answers of the trained network: both run on the same pictures, and every probability is compared.

import { concatenate } from '../../models/concatenate.ts';
import { outputDifference } from '../../models/expected.ts';
import type { Parity } from '../../models/parity.ts';
import { TIE } from '../../models/tolerance.ts';
import { argMax } from '../../train/loop/logits.ts';
import type { Classifier } from './classifier.ts';
import { absolute, compareOn, maxDifference } from './compare.ts';

export type { Parity } from '../../models/parity.ts';

/**
 * Bytes of pictures in a batch: 2,000 digits or 500 of CIFAR-10's. Enough to keep the cores busy (10,000 digits take
 * 1.7 s, in batches of 500 2.2 s, on 2 cores), and activations stay small enough for a laptop's memory.
 */
const BATCH_BYTES = 1_568_000;

/** Two classifiers on the same pictures. */
export interface ComparedClassifiers {
  readonly parity: Parity;
  /** Probabilities `[N,classes]` of the reference. */
  readonly expected: Float32Array;
  /** The same of the candidate. */
  readonly got: Float32Array;
}

/**
 * Runs two models on `n` pictures, in batches whose last one may be smaller.
 * @param images - Gives the pictures from one index to another, uint8 `[N,H,W,C]`.
 * @param measure - How answers of their task are compared: as those of one label if left out.
 */
export async function compareClassifiers(
  reference: Classifier,
  candidate: Classifier,
  images: (from: number, to: number) => Uint8Array,
  n: number,
  measure: CompareAnswers = compare,
): Promise<ComparedClassifiers> {
  const [expected, got]: [Float32Array[], Float32Array[]] = [[], []];
  const parts = await compareOn(
    batchesOf(images, n),
    (batch) => reference.classify(batch.pictures),
    (batch) => candidate.classify(batch.pictures),
    (a, b, batch) => {
      expected.push(a);
      got.push(b);
      return measure(a, b, batch.n);
    },
  );
  return { parity: combine(parts), expected: concatenate(expected), got: concatenate(got) };
}

function* batchesOf(images: (from: number, to: number) => Uint8Array, n: number) {
  if (n === 0) return;
  const size = Math.max(1, Math.floor(BATCH_BYTES / images(0, 1).length));
  for (let from = 0; from < n; from += size) {
    const to = Math.min(n, from + size);
    yield { pictures: images(from, to), n: to - from };
  }
}

/** Compares the probabilities `[n,classes]` that two models gave to the same `n` pictures. */
export function compare(expected: Float32Array, got: Float32Array, n: number): Parity {
  const maxProbabilityDifference = maxDifference(expected, got, absolute);
  if (expected.length !== got.length) return { n, maxProbabilityDifference, changedLabels: n, ties: 0 };
  const classes = expected.length / n;
  let changedLabels = 0;
  let ties = 0;
  // Stryker disable next-line EqualityOperator: behind the end both have the same label, that of no probabilities
  for (let row = 0; row < expected.length; row += classes) {
    const probabilities = expected.subarray(row, row + classes);
    const [best, other] = [argMax(probabilities), argMax(got.subarray(row, row + classes))];
    if (best === other) continue;
    changedLabels++;
    // Stryker disable next-line EqualityOperator: no float32 are apart by this number to its last bit
    if ((probabilities[best] ?? 0) - (probabilities[other] ?? 0) <= TIE) ties++;
  }
  return { n, maxProbabilityDifference, changedLabels, ties };
}

/** Compares what two models answered to the same `n` pictures, `[n,labels]`. */
export type CompareAnswers = (expected: Float32Array, got: Float32Array, n: number) => Parity;

/** Compares probabilities of which several are answers: a picture is changed where its set of labels is. */
export function compareLabels(thresholds: readonly number[]): CompareAnswers {
  return (expected, got, n) => {
    const maxProbabilityDifference = maxDifference(expected, got, absolute);
    if (expected.length !== got.length) return { n, maxProbabilityDifference, changedLabels: n, ties: 0 };
    let [changedLabels, ties] = [0, 0];
    const count = thresholds.length;
    for (let row = 0; row < expected.length; row += count) {
      const changed = thresholds.flatMap((threshold, k) => {
        const [before = 0, after = 0] = [expected[row + k], got[row + k]];
        return before >= threshold === after >= threshold ? [] : [Math.abs(before - threshold)];
      });
      if (changed.length === 0) continue;
      changedLabels++;
      if (changed.every((distance) => distance <= TIE)) ties++;
    }
    return { n, maxProbabilityDifference, changedLabels, ties };
  };
}

/** Compares numbers, as `outputDifference` does. */
export function compareNumbers(deviations: readonly number[]): CompareAnswers {
  return (expected, got, n) => ({
    n,
    maxProbabilityDifference: outputDifference(expected, got, deviations),
    ...{ changedLabels: 0, ties: 0 },
  });
}

/** Whether two models agree well enough for the file to be published. */
export function holds({ maxProbabilityDifference, changedLabels, ties }: Parity, tolerance: number): boolean {
  return maxProbabilityDifference <= tolerance && changedLabels === ties;
}

/** `0 changed labels`, or `2 changed labels, 1 of them a tie`. */
export function changesInWords({
  changedLabels,
  ties = 0,
}: {
  changedLabels: number;
  ties?: number | undefined;
}): string {
  return `${changedLabels} changed labels${ties > 0 ? `, ${ties} of them a tie` : ''}`;
}

/** The parity over all pictures of several parts. */
export function combine(parts: readonly Parity[]): Parity {
  return {
    n: parts.reduce((sum, { n }) => sum + n, 0),
    maxProbabilityDifference: Math.max(0, ...parts.map((part) => part.maxProbabilityDifference)),
    changedLabels: parts.reduce((sum, { changedLabels }) => sum + changedLabels, 0),
    ties: parts.reduce((sum, { ties }) => sum + ties, 0),
  };
}
