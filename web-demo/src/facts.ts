// The facts of the model, from its card.
import { bytes, count, percent, scientific } from './format.ts';
import type { Ready } from './protocol.ts';

/** The facts as pairs of term and description, in the order in which they are shown. */
export function factsOf({
  card,
  model,
  size,
  goldenDifference,
}: Ready): [term: string, description: string][] {
  const facts: [string, string][] = [['Model', `${card.name}, version ${model.version}`]];
  if (card.metrics) {
    const { accuracy, n } = card.metrics;
    const wrong = Math.round((1 - accuracy) * n);
    facts.push(['Accuracy', `${percent(accuracy)} of ${count(n)} test pictures; ${count(wrong)} wrong`]);
  }
  const training = card.datasets.filter(({ split }) => split === 'train');
  if (training.length > 0) {
    facts.push(['Trained on', training.map(({ name, n }) => `${name}, ${count(n)} pictures`).join('; ')]);
  }
  facts.push(['Size', `${bytes(size)}, ${count(card.architecture.parameters)} parameters`]);
  if (card.parity) {
    const { n, changedLabels, maxProbabilityDifference } = card.parity;
    const labels = changedLabels === 0 ? 'no label changed' : `${count(changedLabels)} labels changed`;
    facts.push([
      'As trained',
      `${labels} in ${count(n)} pictures; largest difference ${scientific(maxProbabilityDifference)}`,
    ]);
  }
  if (goldenDifference !== null) {
    const rounded = goldenDifference === 0 ? 'none' : scientific(goldenDifference);
    facts.push(['In this browser', `difference from the card’s built-in answers: ${rounded}`]);
  }
  return facts;
}

/** Fills a description list. */
export function showFacts(list: HTMLElement, facts: readonly (readonly [string, string])[]): void {
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
