// The pictures that a page about data shows: some of each class, some as training sees them, and pairs that look alike.
import { augmentImage, effectsOf, trialPosition } from '../augment/index.ts';
import { type Dataset, imagesOf, type Split } from '../datasets/index.ts';
import { registryOf } from '../project/registry-of.ts';
import { permutation, random } from '../random.ts';
import type { Recipe } from '../recipes/index.ts';
import { type Sheet, sheetOf } from '../report/pictures.ts';
import { type Sample, sampleOf } from '../report/sample.ts';

/** Pictures of one class: so many there are, and some of them. */
export interface ClassPictures {
  readonly label: string;
  readonly train: number;
  readonly validation: number;
  /** Absent where there is no test. */
  readonly test?: number;
  readonly sheet: Sheet | undefined;
  /** What each tile shows. */
  readonly names: readonly string[];
}

/** One picture as each draw of a transform shows it. */
export interface Looks {
  readonly name: string;
  readonly risk: string;
  readonly sheet: Sheet;
}

export interface Gathered {
  readonly sample: Sample;
  readonly classes: readonly ClassPictures[];
  /** First all transforms together, then each alone. */
  readonly looks: readonly Looks[];
  readonly twins:
    | { readonly sheet: Sheet; readonly pairs: readonly (readonly [string, string])[] }
    | undefined;
}

const PER_CLASS = 12;
/** Bytes of pictures on the page, as pixels; fewer pictures of each class where they are large. */
const BYTES = 24_000_000;
/** Classes that are shown with pictures; all are counted. */
const CLASSES = 100;
const DRAWS = 8;
const PAIRS = 24;

export async function gather(recipe: Recipe, dataset: Dataset): Promise<Gathered> {
  const { shape, labels, train } = dataset;
  const size = shape[0] * shape[1] * shape[2];
  const each = Math.max(2, Math.min(PER_CLASS, Math.floor(BYTES / size / Math.min(CLASSES, labels.length))));
  const places = placesByClass(train, labels.length);
  const counts = placesByClass(dataset.validation, labels.length);
  const tests = dataset.test && placesByClass(dataset.test, labels.length);
  const classes: ClassPictures[] = [];
  for (const [label, name] of labels.entries()) {
    const own = places[label] ?? [];
    const order = permutation(own.length, random(0, 'show', label));
    const some = label < CLASSES ? [...order.subarray(0, each)].map((i) => own[i] ?? 0) : [];
    const sheet =
      some.length === 0
        ? undefined
        : await sheetOf(
            some.map((i) => imagesOf(train, i, i + 1)),
            shape,
            each,
          );
    classes.push({
      label: name,
      train: own.length,
      validation: counts[label]?.length ?? 0,
      ...(tests && { test: tests[label]?.length ?? 0 }),
      sheet,
      names: some.map((i) => train.files?.[i] ?? `${name}, number ${i}`),
    });
  }
  return {
    sample: await sampleOf(recipe, dataset),
    classes,
    looks: await looksAt(recipe, dataset),
    twins: await twinsOf(dataset),
  };
}

/** The first pictures of a few classes, under everything and under each transform alone. */
async function looksAt(recipe: Recipe, { train, shape }: Dataset): Promise<Looks[]> {
  const { augment } = recipe;
  const { transforms } = await registryOf(recipe);
  const alone = effectsOf(augment, transforms);
  if (alone.length === 0) return [];
  const all = { name: 'all together', risk: '', alone: augment };
  const chosen = permutation(train.n, random(0, 'show/looks', train.n)).subarray(0, 2);
  const looks: Looks[] = [];
  for (const transform of [all, ...alone]) {
    const tiles = [...chosen].flatMap((index) => {
      const image = imagesOf(train, index, index + 1);
      const seen = Array.from({ length: DRAWS }, (_, draw) =>
        augmentImage(image, shape, transform.alone, trialPosition(index, draw), transforms),
      );
      return [image, ...seen];
    });
    looks.push({ name: transform.name, risk: transform.risk, sheet: await sheetOf(tiles, shape, DRAWS + 1) });
  }
  return looks;
}

async function twinsOf({ findings, train, validation, test, shape }: Dataset): Promise<Gathered['twins']> {
  const found = (findings?.nearDuplicates ?? []).slice(0, PAIRS);
  if (found.length === 0) return undefined;
  const sideOf = (split: Split) => ({ split, places: placesByFile(split) });
  const [trained, sides] = [
    sideOf(train),
    { validation: sideOf(validation), test: sideOf(test ?? validation) },
  ];
  const pictureOf = ({ split, places }: ReturnType<typeof sideOf>, file: string) => {
    const i = places.get(file) ?? 0;
    return imagesOf(split, i, i + 1);
  };
  const pairs = found.map((pair) => [pair.train, pair.other] as const);
  const tiles = found.flatMap((pair) => [
    pictureOf(trained, pair.train),
    pictureOf(sides[pair.side], pair.other),
  ]);
  return { sheet: await sheetOf(tiles, shape, 8), pairs };
}

function placesByFile({ files = [] }: Split): Map<string, number> {
  return new Map(files.map((file, i) => [file, i]));
}

function placesByClass({ labels }: Split, classes: number): number[][] {
  const places = Array.from({ length: classes }, (): number[] => []);
  for (const [i, label] of labels.entries()) places[label]?.push(i);
  return places;
}
