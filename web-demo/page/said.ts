// What an answer says, whatever the task of the model is: in a few words, and as numbers that can be compared.
import type { Answers, Card, Model } from '../component/index.ts';
import { formatNumber } from './shell/format.ts';

/** A model of the page, and its answer to a picture. */
export type AnyModel = Model<'any'>;
export type AnyAnswer = Answers['any'];

/** The fields of an answer that say it; the server's has them too. */
export type Saying =
  | { readonly task: 'single'; readonly label: string }
  | { readonly task: 'multi'; readonly labels: readonly { readonly label: string }[] }
  | { readonly task: 'regression'; readonly values: Readonly<Record<string, number>> };

/** Stands where a picture has none of the labels. */
const NONE = 'none';

/** `cat`; `cat, tree`, or `none`; `46.98`, or `x 1.5, y 3`. */
export function labelOf(answer: Saying): string {
  if (answer.task === 'single') return answer.label;
  if (answer.task === 'multi') return answer.labels.map(({ label }) => label).join(', ') || NONE;
  const all = Object.entries(answer.values);
  if (all.length === 1) return all.map(([, value]) => formatNumber(value)).join();
  return all.map(([name, value]) => `${name} ${formatNumber(value)}`).join(', ');
}

/** Of several digits that are one number, the number. */
export function labelOfAll(answers: readonly Saying[]): string {
  return answers.map(labelOf).join('');
}

/** How probable it is that all of them are right; undefined where answers are not one label each. */
export function probabilityOfAll(
  answers: readonly { readonly task: string; readonly probability?: number }[],
): number | undefined {
  if (answers.some(({ task }) => task !== 'single')) return undefined;
  return answers.reduce((all, { probability = Number.NaN }) => all * probability, 1);
}

/** In the order of the labels: probabilities; or numbers, each in the deviations that it had in training. */
export function outputOf(
  answer:
    | { readonly probabilities: ArrayLike<number> }
    | { readonly values: Readonly<Record<string, number>> },
  card: Card,
): ArrayLike<number> {
  if ('probabilities' in answer) return answer.probabilities;
  const ranges = card.task === 'regression' ? card.ranges : [];
  return card.labels.map((label, k) => (answer.values[label] ?? Number.NaN) / (ranges[k]?.deviation ?? 1));
}
