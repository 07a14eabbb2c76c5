// The facts of a model, from its card.
import { testedOn } from '../../../models/held-out.ts';
import type { Card } from '../../component/index.ts';
import { formatBytes, formatCount, formatProbability, formatScientific } from '../shell/format.ts';

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
    const { accuracy, n } = card.metrics;
    const wrong = Math.round((1 - accuracy) * n);
    facts.push([
      'Accuracy',
      `${formatProbability(accuracy)} of ${formatCount(n)} ${testedOn(card)}; ${formatCount(wrong)} wrong`,
    ]);
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
    const { n, changedLabels, maxProbabilityDifference } = card.parity;
    const labels = changedLabels === 0 ? 'no label changed' : `${formatCount(changedLabels)} labels changed`;
    const difference = `largest difference ${formatScientific(maxProbabilityDifference)}`;
    facts.push(['As trained', `${labels} in ${formatCount(n)} pictures; ${difference}`]);
  }
  if (opened && opened.goldenDifference !== null) {
    const { goldenDifference: difference } = opened;
    const rounded = difference === 0 ? 'none' : formatScientific(difference);
    facts.push(['In this browser', `difference from the card’s built-in answers: ${rounded}`]);
  }
  return facts;
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
