// The promise, kept in view: the browser's answer and the server's to one picture, and how far they are apart.
import { verdict } from './answer.ts';
import { milliseconds, percent, scientific } from './format.ts';
import type { Answer, Comparison } from './protocol.ts';

/** Differences up to this are rounding: float32 sums in another order. The project's own bound. */
const tolerance = 1e-5;

export interface CheckView {
  /** Shows the browser's answer; the server's waits until it is asked. */
  browser(answer: Answer, labels: readonly string[]): void;
  server(comparison: Comparison): void;
  empty(): void;
}

/** Fills the table of both answers and the sentence under it. */
export function createCheck(table: HTMLElement, sentence: HTMLElement): CheckView {
  const rows = { browser: row(table, 'browser'), server: row(table, 'server') };

  function fill(name: keyof typeof rows, cells: readonly string[]): void {
    rows[name].forEach((cell, i) => {
      cell.textContent = cells[i] ?? '';
    });
  }

  function say(text: string, difference?: number): void {
    sentence.textContent = text;
    if (difference === undefined) delete sentence.dataset.difference;
    else sentence.dataset.difference = String(difference);
    sentence.dataset.state = difference !== undefined && !(difference <= tolerance) ? 'apart' : 'plain';
  }

  return {
    browser(answer, labels) {
      const { label } = verdict(answer.probabilities, labels);
      fill('browser', [label, percent(Math.max(...answer.probabilities)), milliseconds(answer.milliseconds)]);
      fill('server', []);
      say('');
    },
    server(comparison) {
      if (comparison.outcome !== 'answered') {
        fill('server', ['–']);
        say(comparison.outcome === 'silent' ? 'No server answers' : comparison.message);
        return;
      }
      const { label, probability, difference } = comparison;
      fill('server', [label, percent(probability), milliseconds(comparison.milliseconds)]);
      say(
        difference === 0 ? 'Not one bit of difference' : `Largest difference: ${scientific(difference)}`,
        difference,
      );
    },
    empty() {
      fill('browser', []);
      fill('server', []);
      say('');
    },
  };
}

function row(table: HTMLElement, name: string): HTMLElement[] {
  return [...table.querySelectorAll<HTMLElement>(`[data-testid="${name}"] td`)];
}
