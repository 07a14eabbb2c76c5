// Publishes a model file: once onnxruntime has answered as what was trained, it goes into the repository with its card.

import { cardMetadata } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { opsetOf } from '../../models/onnx/facts.ts';
import type { ModelProto } from '../../models/onnx/schema.ts';
import type { ModelFile } from '../../models/repository.ts';
import { imagesOf, type Split } from '../../train/datasets/index.ts';
import { backend } from '../../train/graph/tensorflow.ts';
import { type Classifier, onnxClassifier, runtimes } from '../parity/classifier.ts';
import { changesInWords, combine, compare, holds, measureParity, type Parity } from '../parity/index.ts';
import {
  type CardDraft,
  certify,
  completeCard,
  digestWeights,
  goldenAnswers,
  goldenPictures,
  measure,
} from './card.ts';
import { addToRepository, packed, packedSize } from './repository.ts';

/** A model in ONNX, and what it must answer. */
export interface Candidate {
  readonly card: CardDraft;
  /** `image` uint8 `[N,H,W,C]` to `probabilities` float32 `[N,classes]`. */
  readonly onnx: ModelProto;
  /** What it is held against on the test pictures; closed afterwards. */
  readonly reference: Classifier;
  /** Probabilities `[n,classes]` of `n` pictures: the answers to the built-in ones that go into the card. */
  readonly answers: (images: Uint8Array, n: number) => Promise<Float32Array>;
  /** Pictures that prove parity, with their labels; without any, the card says nothing of accuracy. */
  readonly test: Split;
  /** Says of some test pictures where the two drift apart. */
  readonly explain: (images: Uint8Array, parity: Parity) => Promise<string>;
}

/** A stage that is done, with the seconds that it took. */
export type ExportStage = { readonly seconds: number } & (
  | { readonly name: 'traced'; readonly ops: number }
  | { readonly name: 'converted'; readonly nodes: number; readonly bytes: number; readonly opset: number }
  | { readonly name: 'compared'; readonly parity: Parity; readonly accuracy: number | null }
  | { readonly name: 'written'; readonly file: ModelFile }
);

export interface PublishOptions {
  /** Folder of the model repository. */
  readonly repository: string;
  readonly tolerance: number;
  /** Told after each stage. */
  readonly onStage: ((stage: ExportStage) => void) | undefined;
  /** Seconds since it was last asked. */
  readonly lap: () => number;
}

/** Test pictures by which it is explained where two models drift apart. */
const EXPLAINED = 8;

/**
 * Compares a model with its reference on every test picture and on the built-in ones, and adds it to the repository.
 * @throws UserError when it answers otherwise; then nothing is written.
 */
export async function publish(
  { card: draft, onnx, reference, answers, test, explain }: Candidate,
  { repository, tolerance, onStage, lap }: PublishOptions,
): Promise<ModelFile> {
  const { name, input } = draft;
  const bare = packed(onnx);
  onStage?.({
    name: 'converted',
    nodes: onnx.graph.node.length,
    bytes: packedSize(bare),
    opset: opsetOf(onnx) ?? 0,
    seconds: lap(),
  });

  const onnxruntime = await onnxClassifier(bare, input.shape);
  const { labels, n } = test;
  const images = (from: number, to: number) => imagesOf(test, from, to);
  const tested = await measureParity(reference, onnxruntime, images, n);
  const golden = goldenPictures(input.shape);
  const expected = await answers(golden.images, golden.names.length);
  const got = await onnxruntime.classify(golden.images);
  await Promise.all([onnxruntime.close(), reference.close()]);
  const { n: _, ...differences } = combine([tested, compare(expected, got, golden.names.length)]);
  const parity: Parity = { n, ...differences };
  if (!holds(parity, tolerance))
    throw failure(name, parity, tolerance, await explain(images(0, Math.min(n, EXPLAINED)), parity));
  const metrics = labels.length === n ? measure(tested.probabilities, labels) : null;
  onStage?.({ name: 'compared', parity, accuracy: metrics?.accuracy ?? null, seconds: lap() });

  const card = completeCard(draft, {
    weightsDigest: digestWeights(onnx.graph.initializer),
    metrics,
    golden: goldenAnswers(golden.names, expected),
    parity: certify(parity, tolerance, runtimes(backend.binding.TF_Version)),
  });
  const metadata_props = Object.entries(cardMetadata(card))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key, value }));
  const file = await addToRepository(repository, name, { ...onnx, metadata_props });
  onStage?.({ name: 'written', file, seconds: lap() });
  return file;
}

function failure(name: string, parity: Parity, tolerance: number, explanation: string): UserError {
  const { n, maxProbabilityDifference } = parity;
  return new UserError(
    `${name} was not exported: onnxruntime does not answer as what was trained. Over ${n} test pictures the largest difference of a probability is ${maxProbabilityDifference.toExponential(2)} (allowed: ${tolerance.toExponential(0)}), with ${changesInWords(parity)}. Nothing was written. ${explanation}`,
  );
}

/** Seconds since it was last asked. */
export function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}
