// Fills in the card of an exported model: digests, metrics, expected answers and the parity certificate.
import { TASK_FORMAT } from './card/multi.ts';
import { SINGLE_FORMAT } from './card/single.ts';
import { type Card, type CardOf, cardMetadata, checkCard, type Task } from './card.ts';
import { withDigest } from './card-proof.ts';
import { type GoldenName, goldenInput, goldenNames } from './golden.ts';
import type { Shape } from './image/shape.ts';
import type { NumberRange } from './measure/numbers.ts';
import { round, roundTo } from './measure/round.ts';
import type { ModelProto } from './onnx/types.ts';
import type { Parity } from './parity.ts';
import { argMax } from './rank.ts';

/** What is known of a model before it is exported, beside its task. */
type Known = Pick<
  Card,
  'name' | 'description' | 'labels' | 'architecture' | 'tta' | 'recipe' | 'recipeDigest' | 'datasets'
> & { input: Pick<Card['input'], 'shape' | 'prepare'> };

/** What is known of a model's answers before it is exported. */
interface TaskDrafts {
  single: { task?: 'single' } & Pick<CardOf<'single'>, 'calibration'>;
  multi: Pick<CardOf<'multi'>, 'task' | 'thresholds'>;
  regression: Pick<CardOf<'regression'>, 'task' | 'ranges'>;
}

/** What is known of a model before it is exported. */
export type CardDraft<T extends Task = 'single'> = Known & TaskDrafts[T];

/** What an export finds out. */
export interface Findings<T extends Task = 'single'> {
  weightsDigest: string;
  metrics: CardOf<T>['metrics'];
  golden: CardOf<T>['golden'];
  parity: CardOf<T>['parity'];
  novelty?: NonNullable<Card['novelty']>;
}

const FORMS = {
  single: { format: SINGLE_FORMAT, output: { name: 'probabilities' } },
  multi: { format: TASK_FORMAT, output: { name: 'probabilities', values: 'independent' } },
  regression: { format: TASK_FORMAT, output: { name: 'values' } },
};

/** @throws UserError where a field is not what a card has. */
export function completeCard<T extends Task = 'single'>(draft: CardDraft<T>, findings: Findings<T>): Card {
  const { task = 'single' } = draft;
  const input = { name: 'image', ...draft.input };
  return withDigest(checkCard({ ...draft, task, ...FORMS[task], input, ...findings }));
}

/** The model with its card, its metadata in the order of their keys: the same card gives the same bytes. */
export function withCard(model: ModelProto, card: Card): ModelProto {
  const entries = Object.entries(cardMetadata(card)).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...model, metadata_props: entries.map(([key, value]) => ({ key, value })) };
}

/**
 * Accuracy and mean cross-entropy of probabilities `[N,classes]`.
 * @param labels - `[N]`, the right classes.
 * @param split - What the pictures are.
 */
export function measureAccuracy(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  split: 'test' | 'validation',
): NonNullable<CardOf<'single'>['metrics']> {
  const n = labels.length;
  const classes = probabilities.length / n;
  let [right, loss] = [0, 0];
  for (let i = 0; i < n; i++) {
    const label = labels[i] ?? 0;
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    if (argMax(row) === label) right++;
    // The smallest float32 stands for a probability that was rounded to nothing.
    loss -= Math.log(Math.max(row[label] ?? 0, 2 ** -149));
  }
  return {
    split,
    n,
    accuracy: round(right / n),
    errorRate: round((n - right) / n),
    loss: round(loss / n),
  };
}

/** The built-in pictures `[H,W,C]` one after another, and which they are. */
export function goldenPictures(shape: Shape): { names: readonly GoldenName[]; images: Uint8Array } {
  const size = shape[0] * shape[1] * shape[2];
  const images = new Uint8Array(goldenNames.length * size);
  for (const [i, name] of goldenNames.entries()) images.set(goldenInput(name, shape), i * size);
  return { names: goldenNames, images };
}

/** Expected answers to the built-in pictures, from probabilities `[pictures,classes]`. */
export function goldenAnswers(
  names: readonly GoldenName[],
  probabilities: Float32Array,
): CardOf<'single' | 'multi'>['golden'] {
  const classes = probabilities.length / names.length;
  return names.map((input, i) => ({
    input,
    probabilities: Array.from(probabilities.subarray(i * classes, (i + 1) * classes), round),
  }));
}

/** Expected numbers of the built-in pictures, from values `[pictures,numbers]`. */
export function goldenValues(
  names: readonly GoldenName[],
  values: Float32Array,
  ranges: readonly NumberRange[],
): CardOf<'regression'>['golden'] {
  return names.map((input, i) => ({
    input,
    values: ranges.map(({ deviation }, k) => roundTo(values[i * ranges.length + k] ?? 0, deviation)),
  }));
}

/** The certificate: the difference is rounded up to one digit, since machines differ in the last bits. */
export function certify(
  parity: Parity,
  tolerance: number,
  against: string,
): NonNullable<CardOf<'single' | 'multi'>['parity']> {
  const { n, changedLabels, ties } = parity;
  const maxProbabilityDifference = roundUp(parity.maxProbabilityDifference);
  return { n, maxProbabilityDifference, changedLabels, ...(ties > 0 && { ties }), tolerance, against };
}

/** 0.00000231 becomes 0.000003. */
export function roundUp(value: number): number {
  if (value === 0) return 0;
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return Number(`${Math.ceil(Number(digits))}e${exponent}`);
}
