// How a trained network's answers move under each transform alone.
import { augmentImage } from '../augment/image.ts';
import { effectsOf, lostShare, presets, trialPosition } from '../augment/index.ts';
import type { AugmentOptions } from '../augment/schema.ts';
import { type TransformDefinition, transforms } from '../augment/transforms.ts';
import { wrongLabels } from '../augment/wrong-labels.ts';
import { type Dataset, imagesOf, type Split } from '../datasets/index.ts';
import { argMax, softmax } from '../loop/logits.ts';
import { permutation, random } from '../random.ts';
import type { Recipe } from '../recipes/index.ts';

/** What one transform does to the answers to test pictures. */
export interface Moved {
  name: string;
  /** When it could make a label wrong. */
  risk: string;
  /** Whether training used it. */
  trained: boolean;
  /** Share of a picture's area that is no longer seen: on average, and at most. */
  lost: { mean: number; most: number };
  /** Share of labels that it made wrong; undefined where the data cannot tell. */
  wrong: number | undefined;
  errorRate: number;
  /** Share of the answers that changed. */
  changed: number;
  /** Mean of how far the right class's probability moved. */
  moved: number;
  /** Mean of how far it fell. */
  fell: number;
}

export interface Robustness {
  /** Pictures, each seen once under each transform. */
  n: number;
  /** Error without any. */
  errorRate: number;
  transforms: readonly Moved[];
}

/** Pictures that are tried; fewer where they are large (bytes in all). */
const PICTURES = 200;
const BYTES = 4_000_000;
/** But enough for a share of them to mean something. */
const LEAST = 100;

/**
 * Looks at test pictures under each transform that training used, and for pictures of photographs' kind under those of
 * fastai's defaults as well.
 * @param logits - Maps uint8 `[N,H,W,C]` to `[N,classes]`.
 * @param known - The transforms that the recipe can have: ours if left out.
 */
export function robustnessOf(
  logits: (images: Uint8Array) => Float32Array,
  dataset: Dataset,
  { augment }: Pick<Recipe, 'augment'>,
  known: readonly TransformDefinition[] = transforms,
): Robustness {
  const { shape, validation } = dataset;
  const size = shape[0] * shape[1] * shape[2];
  const n = Math.min(PICTURES, validation.n, Math.max(LEAST, Math.floor(BYTES / size)));
  const chosen = permutation(validation.n, random(0, 'report/robustness', validation.n)).subarray(0, n);
  const see = (options: AugmentOptions) =>
    answers(logits, validation, chosen, (image, i) =>
      augmentImage(image, shape, options, trialPosition(i, 0), known),
    );
  const plain = see({});
  const used = effectsOf(augment, known).map((each) => ({ ...each, trained: true }));
  const others = effectsOf(presets.photo)
    .filter(({ name }) => shape[2] === 3 && used.every((each) => each.name !== name))
    .map((each) => ({ ...each, trained: false }));
  return {
    n,
    errorRate: errorOf(plain),
    transforms: [...used, ...others].map(({ name, risk, trained, alone }) => {
      const seen = see(alone);
      const pairs = plain.map((before, i) => ({ before, after: seen[i] ?? before }));
      const average = (value: (pair: (typeof pairs)[number]) => number) =>
        pairs.reduce((sum, pair) => sum + value(pair), 0) / n;
      return {
        ...{ name, risk, trained },
        lost: lostShare(alone),
        wrong: wrongLabels(dataset, alone),
        errorRate: errorOf(seen),
        changed: average(({ before, after }) => (before.predicted === after.predicted ? 0 : 1)),
        moved: average(({ before, after }) => Math.abs(before.right - after.right)),
        fell: average(({ before, after }) => before.right - after.right),
      };
    }),
  };
}

interface Answered {
  label: number;
  predicted: number;
  /** Probability of the right class. */
  right: number;
}

const errorOf = (all: readonly Answered[]) =>
  all.filter(({ label, predicted }) => label !== predicted).length / all.length;

const BATCH = 50;

function answers(
  logits: (images: Uint8Array) => Float32Array,
  split: Split,
  chosen: Uint32Array,
  change: (image: Uint8Array, index: number) => Uint8Array,
): Answered[] {
  const all: Answered[] = [];
  for (let from = 0; from < chosen.length; from += BATCH) {
    const part = [...chosen.subarray(from, from + BATCH)];
    const images = Buffer.concat(part.map((index) => change(imagesOf(split, index, index + 1), index)));
    const values = logits(new Uint8Array(images.buffer, images.byteOffset, images.length));
    const classes = values.length / part.length;
    for (const [row, index] of part.entries()) {
      const own = values.subarray(row * classes, (row + 1) * classes);
      const label = split.labels[index] ?? 0;
      all.push({ label, predicted: argMax(own), right: softmax(own).probabilities[label] ?? 0 });
    }
  }
  return all;
}
