// Answers of several labels, and of numbers, in words.
import type { MultiCard, MultiClassification, Regression, RegressionCard } from '../../component/index.ts';
import { labelOf } from '../said.ts';
import { formatNumber, formatProbability } from '../shell/format.ts';
import type { AnswerInWords } from './answer.ts';

/** Labels that are named with their probability. */
const few = 4;

/** "cat, tree" and "98 % cat, 71 % tree"; or "none", and what is nearest. */
export function labelsInWords(
  answer: MultiClassification,
  { labels }: Pick<MultiCard, 'labels'>,
): AnswerInWords {
  const label = labelOf(answer);
  if (answer.known === false)
    return { label: '?', words: `I have only seen these ${labels.length} kinds of pictures`, sure: false };
  if (answer.labels.length > 0) {
    const named = answer.labels
      .slice(0, few)
      .map((one) => `${formatProbability(one.probability)} ${one.label}`);
    const others = answer.labels.length - named.length;
    return { label, words: named.join(', ') + (others > 0 ? `, and ${others} more` : ''), sure: true };
  }
  const [nearest] = answer.predictions;
  const words = nearest
    ? `none of the ${labels.length} labels. Nearest: ${nearest.label} at ${formatProbability(nearest.probability)}`
    : '';
  return { label, words, sure: false };
}

/** "46.98" and "count, trained on 0 to 49"; or that nothing was ever shown for it. */
export function numbersInWords(
  answer: Regression,
  { labels, ranges }: Pick<RegressionCard, 'labels' | 'ranges'>,
): AnswerInWords {
  const each = labels.map((name, k) => {
    const range = `${formatNumber(ranges[k]?.min ?? Number.NaN)} to ${formatNumber(ranges[k]?.max ?? Number.NaN)}`;
    return answer.outside.includes(name)
      ? `${name}: never trained on, which was ${range}`
      : `${name}, trained on ${range}`;
  });
  const sure = answer.outside.length === 0 && answer.known !== false;
  return { label: labelOf(answer), words: each.join('; '), sure };
}
