// The trained network as the sections of a report find it: its answers to test and training pictures, and the worst ones.
import type { Shape } from '../../models/image/shape.ts';
import type { TransformDefinition } from '../augment/transforms.ts';
import type { MemorySplit } from '../datasets/dataset.ts';
import {
  type Dataset,
  imageSize,
  imagesOf,
  type Split,
  targetCount,
  withPictures,
} from '../datasets/dataset.ts';
import { batchFor } from '../loop/evaluate.ts';
import { argMax, logitRows, softmax } from '../loop/logits.ts';
import { registryOf } from '../project/registry-of.ts';
import { permutation, random } from '../random.ts';
import type { Recipe } from '../recipes/index.ts';
import type { ReportedNetwork } from './network.ts';
import { type Sheet, sheetOf } from './pictures.ts';
import { type TargetAnswers, targetAnswers } from './trained-targets.ts';

/** A network's answer to one picture of a split. */
export interface NetworkAnswer {
  /** Index in the split. */
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  readonly loss: number;
  /** `[classes]`. */
  readonly probabilities: readonly number[];
}

export interface TrainedNetwork {
  readonly recipe: Recipe;
  /** The transforms that the recipe can have. */
  readonly transforms: readonly TransformDefinition[];
  readonly dataset: Dataset;
  /** With the weights of the best checkpoint. */
  readonly network: ReportedNetwork;
  /** Answers to all pictures that validate; none where the task has targets. */
  readonly validation: readonly NetworkAnswer[];
  /** Answers to training pictures, not augmented, at most 5,000. */
  readonly train: readonly NetworkAnswer[];
  /** The answers to test pictures with the largest loss, worst first, and those pictures, `[H,W,C]` of `shape`. */
  readonly worst: {
    readonly answers: readonly NetworkAnswer[];
    readonly pictures: readonly Uint8Array[];
    readonly shape: Shape;
    readonly sheet: Sheet;
  };
  /** Where the task has targets: the answers to all test pictures. */
  readonly targets?: TargetAnswers;
}

/** So many training pictures at most, so that a report takes seconds. */
const TRAIN_IMAGES = 5000;
/** Fewer where pictures are larger (bytes in all), but enough for a share of them to mean something. */
const TRAIN_BYTES = 6_000_000;
const TRAIN_LEAST = 500;
const WORST = 24;

/** Asks a network for its answers. */
export async function examine(
  network: ReportedNetwork,
  recipe: Recipe,
  dataset: Dataset,
): Promise<TrainedNetwork> {
  const targets = await targetAnswers(network, recipe, dataset);
  const validation = targets === undefined ? answersOf(network, dataset.validation) : [];
  const most = Math.max(TRAIN_LEAST, Math.floor(TRAIN_BYTES / imageSize(dataset.train)));
  const train =
    targets === undefined ? answersOf(network, someOf(dataset.train, Math.min(TRAIN_IMAGES, most))) : [];
  const answers = [...validation].sort((a, b) => b.loss - a.loss).slice(0, WORST);
  const seen = withPictures(dataset);
  const pictures = answers.map(({ index }) => imagesOf(seen.validation, index, index + 1));
  const sheet = targets?.sheet ?? (await sheetOf(pictures, seen.shape, 8));
  const { transforms } = await registryOf(recipe);
  return {
    ...{ recipe, transforms, dataset, network, validation, train },
    worst: { answers, pictures, shape: seen.shape, sheet },
    ...(targets && { targets }),
  };
}

function answersOf(network: ReportedNetwork, split: Split): NetworkAnswer[] {
  const rows = logitRows(network.logits, split, batchFor(imageSize(split)));
  return Array.from(rows, ({ index, label, logits }) => {
    const { probabilities, logSum } = softmax(logits);
    return { index, label, predicted: argMax(logits), loss: logSum - (logits[label] ?? 0), probabilities };
  });
}

/** As many pictures as `most`, drawn at random, always the same ones. */
export function someOf(split: Split, most: number): MemorySplit {
  const n = Math.min(split.n, most);
  const chosen =
    n < split.n
      ? permutation(split.n, random(0, 'report', split.n)).subarray(0, n)
      : Uint32Array.from({ length: n }, (_, index) => index);
  const size = imageSize(split);
  const images = new Uint8Array(n * size);
  const labels = new Uint16Array(n);
  const count = targetCount(split);
  const targets = new Float32Array(n * count);
  for (const [i, index] of chosen.entries()) {
    images.set(imagesOf(split, index, index + 1), i * size);
    labels[i] = split.labels[index] ?? 0;
    if (split.targets !== undefined)
      targets.set(split.targets.subarray(index * count, (index + 1) * count), i * count);
  }
  return { images, labels, ...(count > 0 && { targets }), n };
}
