// What a report says of the trained network itself: its errors, its filters, what its layers compute.
import type { Shape } from '../../models/image/shape.ts';
import type { MemorySplit } from '../datasets/dataset.ts';
import { type Dataset, imageSize, imagesOf, type Split, withPictures } from '../datasets/index.ts';
import { MEAN_IMAGE } from '../layers/mean-image.ts';
import { createBatches, createSlot, type Slot } from '../loader/batches.ts';
import { argMax, batchFor } from '../loop/evaluate.ts';
import { permutation, random } from '../random.ts';
import type { Recipe } from '../recipes/index.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import type { Run } from '../runs/run.ts';
import type { Histogram } from './activations.ts';
import { type Calibration, calibrationOf } from './calibration.ts';
import { lit } from './heat.ts';
import { openNetwork, type ReportedNetwork } from './network.ts';
import { type Sheet, sheetOf, signedTile } from './pictures.ts';
import { type Robustness, robustnessOf } from './robustness.ts';

/** A wrong or doubtful answer. */
export interface Answer {
  /** Index in the test images. */
  index: number;
  label: number;
  predicted: number;
  loss: number;
  /** `[classes]`. */
  probabilities: readonly number[];
}

/** Error and loss of a network on some pictures. */
export interface Measured {
  n: number;
  errorRate: number;
  loss: number;
  /** Mean probability of the answers given. */
  confidence: number;
}

export interface Filters {
  /** Name of the weight. */
  name: string;
  shape: readonly number[];
  /** How many there are; the sheet may show fewer. */
  count: number;
  sheet: Sheet;
}

export interface Analysis {
  labels: readonly string[];
  parameters: number;
  test: Measured;
  /** The same on training pictures, not augmented, with the same weights. */
  train: Measured;
  /** `[true][predicted]` counts of test pictures. */
  confusion: readonly (readonly number[])[];
  /** The answers with the largest loss, worst first, and their pictures. */
  worst: readonly Answer[];
  worstSheet: Sheet;
  /** The same pictures, lit where the network looks, if it can be asked. */
  attention: Sheet | undefined;
  calibration: Calibration;
  filters: Filters | undefined;
  /** Where the recipe subtracts the mean image: that, and the worst pictures without it, as the network saw them. */
  meanImage: { mean: Sheet; worst: Sheet } | undefined;
  /** The same layers before the first step and after training. */
  activations: readonly { start: Histogram; end: Histogram }[];
  histogramImages: number;
  robustness: Robustness;
}

/** Bounds on what is looked at, so that a report takes seconds. */
const TRAIN_IMAGES = 5000;
/** Fewer where pictures are larger, by their bytes in all, but so many that a share of them says something. */
const TRAIN_BYTES = 6_000_000;
const TRAIN_LEAST = 500;
const WORST = 24;
const FILTERS = 64;
const HISTOGRAM_IMAGES = 64;
/** Fewer where pictures are larger, since all that a network computes is held: bytes in all. */
const HISTOGRAM_BYTES = 1_000_000;

/** Looks at a run's best checkpoint. @throws UserError when it has none, or the data cannot be read. */
export async function analyze(run: Run, recipe: Recipe, dataset?: Dataset): Promise<Analysis> {
  const data = dataset ?? (await loadDataOf(recipe));
  const network = openNetwork(run, recipe, data);
  try {
    const test = answersOf(network, data.test);
    const most = Math.max(TRAIN_LEAST, Math.floor(TRAIN_BYTES / imageSize(data.train)));
    const train = answersOf(network, someOf(data.train, Math.min(TRAIN_IMAGES, most)));
    const worst = [...test].sort((a, b) => b.loss - a.loss).slice(0, WORST);
    const seen = withPictures(data);
    const robustness = robustnessOf(network.logits, data, recipe);
    const worstPictures = worst.map(({ index }) => pictureAt(seen.test, index));
    const attention = network.attention(
      worstPictures,
      worst.map(({ predicted }) => predicted),
    );
    const histogramImages = Math.max(
      2,
      Math.min(HISTOGRAM_IMAGES, data.test.n, Math.floor(HISTOGRAM_BYTES / imageSize(data.test))),
    );
    const pictures = someOf(data.test, histogramImages).images;
    const end = network.histograms(pictures);
    network.use(network.initial);
    const start = network.histograms(pictures);
    return {
      labels: data.labels,
      parameters: network.parameters,
      test: measure(test),
      train: measure(train),
      confusion: confusionOf(test, data.labels.length),
      worst,
      worstSheet: await sheetOf(worstPictures, seen.shape, 8),
      attention: attention && (await litSheet(worstPictures, attention, seen.shape)),
      calibration: calibrationOf(test),
      filters: await filtersOf(network, data),
      meanImage: await meanImageOf(network, worstPictures, data.shape),
      activations: end.flatMap((histogram, i) => {
        const before = start[i];
        return before === undefined ? [] : [{ start: before, end: histogram }];
      }),
      histogramImages,
      robustness,
    };
  } finally {
    network.dispose();
  }
}

function litSheet(
  pictures: readonly Uint8Array[],
  maps: readonly Float32Array[],
  shape: Shape,
): Promise<Sheet> {
  const tiles = pictures.map((picture, i) => lit(picture, shape, maps[i] ?? new Float32Array()));
  return sheetOf(tiles, [shape[0], shape[1], 3], 8);
}

/** The first pictures of the first step as training gets them, and as they are in the data. */
export interface Sample {
  labels: readonly string[];
  names: readonly string[];
  augmented: Sheet;
  /** Absent where nothing is augmented. */
  plain: Sheet | undefined;
}

const SAMPLE = 32;

export async function sampleBatch(recipe: Recipe, dataset: Dataset): Promise<Sample> {
  const { train: split, shape } = withPictures(dataset);
  const { batchSize, seed, augment } = recipe;
  const count = Math.min(SAMPLE, batchSize, split.n);
  const size = shape[0] * shape[1] * shape[2];
  const batchOf = (options: Recipe['augment']) => {
    const slot = createSlot(count, size);
    // A smaller batch is the beginning of a larger one.
    createBatches({ split, shape, batchSize: count, seed, augment: options })(0, slot);
    return slot;
  };
  const sheet = ({ images }: { images: Uint8Array }) =>
    sheetOf(
      Array.from({ length: count }, (_, i) => images.subarray(i * size, (i + 1) * size)),
      shape,
      8,
    );
  const seen = batchOf(augment);
  const isAugmented = Object.values(augment).some((amount) => amount !== undefined && amount !== 0);
  return {
    labels: dataset.labels,
    names: Array.from(seen.labels, (label, row) => mixedName(dataset.labels, label, seen, row)),
    augmented: await sheet(seen),
    plain: isAugmented ? await sheet(batchOf({})) : undefined,
  };
}

/** `cat`, or `cat 70 %, dog 30 %` of a mixed picture. */
function mixedName(labels: readonly string[], label: number, { others, shares }: Slot, row: number): string {
  const name = (each: number | undefined) => labels[each ?? 0] ?? String(each);
  const share = Math.round(100 * (shares[row] ?? 1));
  return share === 100 ? name(label) : `${name(label)} ${share} %, ${name(others[row])} ${100 - share} %`;
}

function answersOf(network: ReportedNetwork, split: Split): Answer[] {
  const { labels, n } = split;
  const batch = batchFor(imageSize(split));
  const answers: Answer[] = [];
  for (let from = 0; from < n; from += batch) {
    const to = Math.min(from + batch, n);
    const logits = network.logits(imagesOf(split, from, to));
    const classes = logits.length / (to - from);
    for (let index = from; index < to; index++) {
      const row = logits.subarray((index - from) * classes, (index - from + 1) * classes);
      const label = labels[index] ?? 0;
      const largest = Math.max(...row);
      const powers = Array.from(row, (value) => Math.exp(value - largest));
      const sum = powers.reduce((total, power) => total + power, 0);
      const loss = largest + Math.log(sum) - (row[label] ?? 0);
      const probabilities = powers.map((power) => power / sum);
      answers.push({ index, label, predicted: argMax(row), loss, probabilities });
    }
  }
  return answers;
}

function measure(answers: readonly Answer[]): Measured {
  const n = answers.length;
  const average = (value: (answer: Answer) => number) =>
    answers.reduce((sum, answer) => sum + value(answer), 0) / n;
  return {
    n,
    errorRate: average(({ label, predicted }) => (label === predicted ? 0 : 1)),
    loss: average(({ loss }) => loss),
    confidence: average(({ predicted, probabilities }) => probabilities[predicted] ?? 0),
  };
}

function confusionOf(answers: readonly Answer[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { label, predicted } of answers) {
    const row = counts[label];
    if (row !== undefined) row[predicted] = (row[predicted] ?? 0) + 1;
  }
  return counts;
}

/** As many pictures as `most`, drawn at random, always the same ones. */
function someOf(split: Split, most: number): MemorySplit {
  const n = Math.min(split.n, most);
  const chosen =
    n < split.n
      ? permutation(split.n, random(0, 'report', split.n)).subarray(0, n)
      : Uint32Array.from({ length: n }, (_, index) => index);
  const size = pictureAt(split, 0).length;
  const images = new Uint8Array(n * size);
  const labels = new Uint16Array(n);
  for (const [i, index] of chosen.entries()) {
    images.set(pictureAt(split, index), i * size);
    labels[i] = split.labels[index] ?? 0;
  }
  return { images, labels, n };
}

function pictureAt(split: Split, index: number): Uint8Array {
  return imagesOf(split, index, index + 1);
}

/** The first layer's filters: kernels of a convolution, or what each unit of a fully connected layer weighs. */
async function filtersOf(network: ReportedNetwork, dataset: Dataset): Promise<Filters | undefined> {
  const [height, width, channels] = dataset.shape;
  const [name] = [...network.shapes.keys()].filter((each) => each.endsWith('/kernel'));
  const shape = network.shapes.get(name ?? '');
  const values = network.best.get(name ?? '');
  if (name === undefined || shape === undefined || values === undefined) return undefined;
  const count = shape.at(-1) ?? 0;
  const isConvolution = shape.length === 4 && shape[2] === channels;
  if (!isConvolution && shape[0] !== height * width * channels) return undefined;
  const [kernelHeight = 0, kernelWidth = 0] = isConvolution ? shape : [height, width];
  const length = kernelHeight * kernelWidth * channels;
  const tiles = Array.from({ length: Math.min(FILTERS, count) }, (_, filter) =>
    signedTile(Float32Array.from({ length }, (_, i) => values[i * count + filter] ?? 0)),
  );
  return { name, shape, count, sheet: await sheetOf(tiles, [kernelHeight, kernelWidth, channels], 8) };
}

async function meanImageOf(
  { best }: ReportedNetwork,
  pictures: readonly Uint8Array[],
  shape: Shape,
): Promise<Analysis['meanImage']> {
  const mean = best.get(MEAN_IMAGE);
  if (mean === undefined) return undefined;
  const without = pictures.map((picture) =>
    signedTile(Float32Array.from(picture, (byte, i) => byte - (mean[i] ?? 0))),
  );
  return {
    mean: await sheetOf([Uint8Array.from(mean, Math.round)], shape),
    worst: await sheetOf(without, shape, 8),
  };
}
