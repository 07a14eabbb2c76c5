// Novelty: a classifier gets a second output, which says how far a picture is from all that it was trained on.
import type { Card } from '../../models/card.ts';
import { quantile } from '../../models/image/quantile.ts';
import type { Shape } from '../../models/image/shape.ts';
import type { ModelProto } from '../../models/onnx/types.ts';
import { sizeOf } from '../../models/shape.ts';
import type { Split } from '../../train/datasets/index.ts';
import { coloredFor } from './colored.ts';
import { centered, type Dense, detectorOf, SCORE, withDetector } from './detector.ts';
import { type Drawings, drawingsFor, onPaper } from './drawings.ts';
import { fitToExamples, type Seen } from './fit-drawings.ts';
import { fitToLengths } from './fit-lengths.ts';
import { keptDrawings } from './kept.ts';
import { earlyWidth, SEEN, seesEarly, withSight } from './sight.ts';
import { evenly, listed, openValue, type SomePictures } from './values.ts';

/** Training pictures from which a detector learns what is known, and validation pictures that set its threshold, at most. */
const MOST_KNOWN = 4000;
const MOST_VALIDATION = 10_000;

/** Fewer training pictures than that do not say what a photograph of their kind is. */
const FEWEST_KNOWN = 1000;

/** Of those training pictures, so many are photographed. */
const MOST_PHOTOGRAPHED = 1600;

/** Bytes of either at most: large pictures go through large networks. */
const MOST_BYTES = 2 ** 26;

/** Fewer validation pictures say too little of one in a hundred. */
export const FEWEST_VALIDATION = 200;

/**
 * Share of the pictures that set the threshold which are above it. Less than the 1 % that is promised, since others are
 * not just like them.
 */
const ABOVE = 0.008;

/** The sigmoid of 0, to which scores are moved. */
const THRESHOLD = 0.5;

/** A model that says of what it does not know, and what its card says of that. */
export interface WithNovelty {
  readonly model: ModelProto;
  readonly novelty: NonNullable<Card['novelty']>;
}

/** A classifier's labels and its input. */
export interface Described {
  readonly labels: readonly string[];
  readonly input: Pick<Card['input'], 'shape' | 'prepare'>;
}

/**
 * Gives a classifier the output `novelty`. Half of the validation pictures set the threshold; how many of the other half
 * are above it is measured.
 *
 * @param except - kinds of drawings that it is not shown, see {@link drawingsFor}.
 * @returns undefined where it cannot be told: fewer than 200 validation pictures, a network that ends in no softmax, or
 * features that are no row for each picture.
 */
export async function withNovelty(
  model: ModelProto,
  { labels, input }: Described,
  { train, validation }: { readonly train: Split; readonly validation: Split },
  except: readonly string[] = [],
): Promise<WithNovelty | undefined> {
  const { shape } = input;
  const known = evenly(train, Math.min(MOST_KNOWN, affordable(shape)));
  const inColor = isDrawnInColor(input, known.n);
  const seeing = withSight(model, 'probabilities', inColor);
  if (seeing === undefined || validation.n < FEWEST_VALIDATION) return undefined;
  const drawings = drawingsOf(labels, input, inColor, except);
  const layers = await fitted(seeing, shape, known, drawings);
  if (layers === undefined) return undefined;
  return calibrated(seeing, layers, shape, validation, drawings === undefined ? 'nothing' : 'drawings');
}

/**
 * The same output for a model whose weights were made smaller: the detector of the one that it was made of, with its
 * threshold set anew.
 *
 * @param smaller - the model without the output.
 */
export async function withNoveltyOf(
  original: ModelProto,
  smaller: ModelProto,
  { input, novelty }: Pick<Card, 'input' | 'novelty'>,
  validation: Split,
): Promise<WithNovelty | undefined> {
  const seeing = novelty && withSight(smaller, 'probabilities', seesEarly(original));
  const layers = detectorOf(original);
  if (seeing === undefined || layers.length === 0 || validation.n < FEWEST_VALIDATION) return undefined;
  return calibrated(seeing, layers, input.shape, validation, novelty?.against ?? 'nothing');
}

/** Small photographs, of which there are enough: large ones would take as long to draw as to train on. */
function isDrawnInColor({ shape, prepare }: Described['input'], known: number): boolean {
  return prepare.rule === 'resize' && affordable(shape) >= MOST_KNOWN && known >= FEWEST_KNOWN;
}

/** @returns undefined where nobody knows what is none of the labels. */
function drawingsOf(
  labels: readonly string[],
  { shape, prepare }: Described['input'],
  inColor: boolean,
  except: readonly string[],
): Drawings | undefined {
  if (!inColor && prepare.rule !== 'digit') return undefined;
  const draw = () =>
    inColor ? { known: [], others: coloredFor(shape, except) } : drawingsFor(labels, except);
  // What is left out is left out for a measurement, once.
  return except.length > 0 ? draw() : keptDrawings(inColor ? { shape } : { labels }, draw);
}

async function calibrated(
  seeing: ModelProto,
  layers: readonly Dense[],
  shape: Shape,
  validation: Split,
  against: WithNovelty['novelty']['against'],
): Promise<WithNovelty> {
  const held = evenly(validation, Math.min(MOST_VALIDATION, affordable(shape)));
  const scores = await valuesOf(withDetector(seeing, layers), SCORE, shape, held);
  const setting = scores.filter((_, i) => i % 2 === 0);
  const measuring = scores.filter((_, i) => i % 2 === 1);
  const threshold = quantile(setting, 1 - ABOVE);
  const n = measuring.length;
  const falseAlarms = Number((measuring.filter((score) => score > threshold).length / n).toFixed(6));
  return {
    model: withDetector(seeing, centered(layers, threshold)),
    novelty: { against, threshold: THRESHOLD, falseAlarms, n },
  };
}

/** So many pictures are looked at at most. */
function affordable(shape: Shape): number {
  return Math.floor(MOST_BYTES / sizeOf(shape));
}

async function fitted(
  seeing: ModelProto,
  shape: Shape,
  known: SomePictures,
  drawings: Drawings | undefined,
): Promise<Dense[] | undefined> {
  const sight = await openValue(seeing, SEEN, shape);
  try {
    // A network that looks at several views of a picture may have a row for each.
    const first = await sight.of({ ...known, n: Math.min(known.n, 2) }).catch(() => undefined);
    if (first === undefined) return undefined;
    const see = async (pictures: SomePictures) => ({ values: await sight.of(pictures), n: pictures.n });
    const own = await see(known);
    if (drawings === undefined) return fitToLengths(own);
    const others = await see(listed(drawings.others));
    if (drawings.known.length === 0) return fitToExamples(own, others, earlyWidth(seeing.graph) + 2);
    const again = onPaper({ n: Math.min(known.n, MOST_PHOTOGRAPHED), at: known.at });
    const drawn = await see(listed([...drawings.known, ...again]));
    return fitToExamples(joined(own, drawn), others);
  } finally {
    await sight.close();
  }
}

function joined(one: Seen, other: Seen): Seen {
  const values = new Float32Array(one.values.length + other.values.length);
  values.set(one.values);
  values.set(other.values, one.values.length);
  return { values, n: one.n + other.n };
}

async function valuesOf(model: ModelProto, name: string, shape: Shape, pictures: SomePictures) {
  const value = await openValue(model, name, shape);
  try {
    return await value.of(pictures);
  } finally {
    await value.close();
  }
}
