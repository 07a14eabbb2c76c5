// The answer in large letters and how sure it is; once the pen rests, the same for a screen reader.
import { setText } from '../shell/elements.ts';
import { formatProbability } from '../shell/format.ts';

/** From this probability on only the answer is shown; below it the second likeliest label is named too. */
const sure = 0.9;

/** Below this probability the second likeliest label is not named. */
const worthNaming = 0.05;

export interface AnswerInWords {
  readonly label: string;
  readonly words: string;
  readonly sure: boolean;
}

/** What the page knows of a picture: probabilities, and whether it is of a kind that the model knows. */
export interface Judged {
  readonly probabilities: ArrayLike<number>;
  readonly known?: boolean;
}

/** Stands in the place of a label that means nothing. */
const NONE = '?';

/** The likeliest label and how far to trust it: "99.98 %", or "61 %, or a 1 at 37 %"; or that it is none of them. */
export function answerInWords(
  probabilities: ArrayLike<number>,
  labels: readonly string[],
  known = true,
): AnswerInWords {
  const ranked = labels
    .map((label, i) => ({ label, probability: probabilities[i] ?? 0 }))
    .sort((a, b) => b.probability - a.probability);
  const [first = { label: '', probability: 0 }, second] = ranked;
  if (!known) {
    const words = `I have only seen ${kindsIn(labels)}. Nearest: ${first.label}`;
    return { label: NONE, words, sure: false };
  }
  const words = formatProbability(first.probability);
  if (first.probability >= sure) return { label: first.label, words, sure: true };
  const other =
    second && second.probability >= worthNaming
      ? `, or ${second.label} at ${formatProbability(second.probability)}`
      : ', and no other stands out';
  return { label: first.label, words: words + other, sure: false };
}

/** Several digits as one number, with the probability that all of them are right: "314", "97 % for all 3 digits". */
export function numberInWords(answers: readonly Judged[], labels: readonly string[]): AnswerInWords {
  const each = answers.map(({ probabilities, known }) => answerInWords(probabilities, labels, known));
  const [only] = each;
  if (only && each.length === 1) return only;
  const label = each.map((one) => one.label).join('');
  if (answers.some(({ known }) => known === false))
    return { label, words: `I have only seen ${kindsIn(labels)}`, sure: false };
  const together = answers.reduce((p, { probabilities }) => p * Math.max(...Array.from(probabilities)), 1);
  return {
    label,
    words: `${formatProbability(together)} for all ${each.length} digits`,
    sure: together >= sure,
  };
}

function kindsIn(labels: readonly string[]): string {
  return labels.every((label) => /^\d$/.test(label)) ? 'digits' : `these ${labels.length} kinds of pictures`;
}

export interface AnswerView {
  show(answer: AnswerInWords): void;
  /** Says that there is nothing to answer. */
  empty(words: string): void;
  /** Has the screen reader read the present answer. */
  announce(): void;
}

/** Fills the three elements of the answer: the large label, the words under it, and the live region. */
export function createAnswer(label: HTMLElement, words: HTMLElement, live: HTMLElement): AnswerView {
  return {
    show(answer) {
      setText(label, answer.label);
      label.dataset.state = answer.sure ? 'sure' : 'unsure';
      label.dataset.size = sizeOf(answer.label);
      label.style.setProperty('--letters', String(answer.label.length));
      setText(words, answer.words);
    },
    empty(text) {
      label.textContent = '';
      label.dataset.state = 'empty';
      words.textContent = text;
      live.textContent = '';
    },
    announce() {
      live.textContent = `${label.textContent}, ${words.textContent}`;
    },
  };
}

/** How much room a label takes: one digit, several, or a word. */
function sizeOf(label: string): 'digit' | 'number' | 'word' {
  if (label.length <= 1) return 'digit';
  return /^[\d?]+$/.test(label) ? 'number' : 'word';
}
