// The browser's answer and the server's to one picture, side by side, and how much they differ.
import type { Card } from '../../component/index.ts';
import { type AnyAnswer, labelOfAll, outputOf, probabilityOfAll, type Saying } from '../said.ts';
import { setText } from '../shell/elements.ts';
import { formatMilliseconds, formatProbability, formatScientific } from '../shell/format.ts';
import { type ServerAnswer, ServerRefusal } from './server.ts';

/** Differences up to this are rounding: float32 sums in another order. The project's own bound. */
export const tolerance = 1e-5;

export interface CheckView {
  /** Shows the browser's answers: one, or one for each digit. Those of the server follow. */
  browser(answers: readonly AnyAnswer[]): void;
  /** Shows the server's answers beside them. */
  server(answers: readonly ServerAnswer[], browser: readonly AnyAnswer[], card: Card): void;
  /** Says why the server has no answer. */
  missing(error: unknown): void;
  empty(): void;
}

/** Fills the table of both answers and the sentence under it. */
export function createCheck(table: HTMLElement, sentence: HTMLElement): CheckView {
  const rows = { browser: row(table, 'browser'), server: row(table, 'server') };

  function fill(name: keyof typeof rows, cells: readonly string[]): void {
    rows[name].forEach((cell, i) => {
      setText(cell, cells[i] ?? '');
    });
  }

  function say(text: string, difference?: number): void {
    setText(sentence, text);
    if (difference === undefined) delete sentence.dataset.difference;
    else sentence.dataset.difference = String(difference);
    sentence.dataset.state = difference !== undefined && !(difference <= tolerance) ? 'apart' : 'plain';
  }

  return {
    browser(answers) {
      fill('browser', [...together(answers), formatMilliseconds(answers[0]?.milliseconds ?? 0)]);
      fill('server', []);
      say('');
    },
    server(answers, browser, card) {
      fill('server', [
        ...together(answers),
        formatMilliseconds(Math.max(...answers.map((a) => a.milliseconds))),
      ]);
      const difference = Math.max(
        ...answers.map(({ output }, i) => {
          const here = browser[i];
          return largestDifference(output, here ? outputOf(here, card) : []);
        }),
      );
      say(
        difference === 0
          ? 'Not one bit of difference'
          : `Largest difference: ${formatScientific(difference)}`,
        difference,
      );
    },
    missing(error) {
      fill('server', ['–']);
      say(error instanceof ServerRefusal ? error.message : 'No server answers');
    },
    empty() {
      fill('browser', []);
      fill('server', []);
      say('');
    },
  };
}

/** Largest difference between what two answers have; infinite when they do not fit each other. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN));
    largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
  }
  return largest;
}

function together(answers: readonly (Saying & { readonly probability?: number })[]): string[] {
  const probability = probabilityOfAll(answers);
  return [labelOfAll(answers), probability === undefined ? '' : formatProbability(probability)];
}

function row(table: HTMLElement, name: string): HTMLElement[] {
  return [...table.querySelectorAll<HTMLElement>(`[data-testid="${name}"] td`)];
}
