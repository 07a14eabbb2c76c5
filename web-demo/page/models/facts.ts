// The facts of a model, from its card.
import { testedOn } from '../../../models/held-out.ts';
import type { Card } from '../../component/index.ts';
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatProbability,
  formatScientific,
} from '../shell/format.ts';

type Fact = readonly [term: string, description: string];

/** What is known once a model is open, beside its card. */
export interface Opened {
  readonly size: number;
  readonly goldenDifference: number | null;
}

/** The facts as pairs of term and description, in the order in which they are shown. */
export function factsOf(card: Card, size: number | undefined, opened: Opened | undefined): Fact[] {
  const facts: Fact[] = [];
  if (card.metrics) {
    facts.push(measured(card, `${formatCount(card.metrics.n)} ${testedOn(card)}`));
  }
  const training = card.datasets.filter(({ split }) => split === 'train');
  if (training.length > 0) {
    facts.push([
      'Trained on',
      training.map(({ name, n }) => `${name}, ${formatCount(n)} pictures`).join('; '),
    ]);
  }
  const parameters = `${formatCount(card.architecture.parameters)} parameters`;
  facts.push(['Size', size === undefined ? parameters : `${formatBytes(size)}, ${parameters}`]);
  if (card.parity) {
    facts.push(['As trained', asTrained(card.parity)]);
  }
  if (opened && opened.goldenDifference !== null) {
    const { goldenDifference: difference } = opened;
    const rounded = difference === 0 ? 'none' : formatScientific(difference);
    facts.push(['In this browser', `difference from the card’s built-in answers: ${rounded}`]);
  }
  return facts;
}

/** @param pictures - How many of which. */
function measured(card: Card, pictures: string): Fact {
  if (card.metrics === null) return ['Accuracy', 'not measured'];
  if (card.task === 'single') {
    const { accuracy, n } = card.metrics;
    const wrong = Math.round((1 - accuracy) * n);
    return ['Accuracy', `${formatProbability(accuracy)} of ${pictures}; ${formatCount(wrong)} wrong`];
  }
  if (card.task === 'multi') {
    const { meanAveragePrecision, exact } = card.metrics;
    const all = `all labels right in ${formatProbability(exact)} of ${pictures}`;
    return ['Mean average precision', `${formatProbability(meanAveragePrecision)}; ${all}`];
  }
  const { meanAbsoluteError } = card.metrics;
  const errors = card.labels.map(
    (label, k) => `${label} ${formatNumber(meanAbsoluteError[k] ?? Number.NaN)}`,
  );
  return ['Mean absolute error', `${errors.join(', ')}, on ${pictures}`];
}

function asTrained(parity: NonNullable<Card['parity']>): string {
  const pictures = `${formatCount(parity.n)} pictures`;
  if ('maxValueDifference' in parity)
    return `largest difference in ${pictures} ${formatScientific(parity.maxValueDifference)} of a number’s deviation`;
  const { changedLabels, maxProbabilityDifference } = parity;
  const labels = changedLabels === 0 ? 'no label changed' : `${formatCount(changedLabels)} labels changed`;
  return `${labels} in ${pictures}; largest difference ${formatScientific(maxProbabilityDifference)}`;
}

/** Fills a description list. */
export function showFacts(list: HTMLElement, facts: readonly Fact[]): void {
  list.replaceChildren(
    ...facts.map(([term, description]) => {
      const pair = document.createElement('div');
      const dt = document.createElement('dt');
      const dd = document.createElement('dd');
      dt.textContent = term;
      dd.textContent = description;
      pair.append(dt, dd);
      return pair;
    }),
  );
}
