// What was measured of a model with several labels or numbers, in words.
import type { CardOf } from './card.ts';

/** Digits that are shown of a score. */
const DIGITS = 4;

/** What of a card says how good it is. */
type Scored<T extends 'multi' | 'regression'> = Pick<CardOf<T>, 'task' | 'labels' | 'metrics'>;

/** Such as `mean average precision 0.9812`, or `mean absolute error of count 0.05`; undefined where nothing was measured. */
export function scoreInWords(card: Scored<'multi'> | Scored<'regression'>): string | undefined {
  if (card.metrics === null) return undefined;
  if (card.task === 'multi') return `mean average precision ${shown(card.metrics.meanAveragePrecision)}`;
  const { meanAbsoluteError } = card.metrics;
  const errors = card.labels.map((label, k) => `${label} ${shown(meanAbsoluteError[k] ?? Number.NaN)}`);
  return `mean absolute error of ${errors.join(', ')}`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}
