// Precision, recall and F1 of each class, and the table of them.
import { visible } from '../../models/printable.ts';
import { percent, plainPercent, whole } from './format.ts';
import { type Html, html } from './html.ts';

/** The figures of one class. */
export interface ClassFigures {
  readonly label: string;
  /** Pictures of it. */
  readonly n: number;
  /** Share of the answers that say it which are right; null where none says it. */
  readonly precision: number | null;
  /** Share of its pictures that are answered right; null where there are none. */
  readonly recall: number | null;
  /** Harmonic mean of the two, 2 right / (pictures of it + answers that say it); null where both are 0. */
  readonly f1: number | null;
}

/**
 * The figures of each class.
 * @param confusion - `[true][answered]` counts.
 */
export function classFiguresOf(
  confusion: readonly (readonly number[])[],
  labels: readonly string[],
): ClassFigures[] {
  return labels.map((label, i) => {
    const right = confusion[i]?.[i] ?? 0;
    const own = (confusion[i] ?? []).reduce((sum, count) => sum + count, 0);
    const answered = confusion.reduce((sum, row) => sum + (row[i] ?? 0), 0);
    const share = (of: number) => (of === 0 ? null : right / of);
    return {
      ...{ label, n: own, precision: share(answered), recall: share(own) },
      f1: own + answered === 0 ? null : (2 * right) / (own + answered),
    };
  });
}

/** The mean of a figure over the classes that have pictures; of the recall it is the balanced accuracy. */
export function meanOver(
  classes: readonly ClassFigures[],
  value: (each: ClassFigures) => number | null,
): number {
  const present = classes.filter((each) => each.n > 0);
  return present.reduce((sum, each) => sum + (value(each) ?? 0), 0) / present.length;
}

/** The table in plain characters, for a terminal. */
export function classTableText(classes: readonly ClassFigures[]): string[] {
  const share = (value: number | null) => (value === null ? '–' : plainPercent(value));
  const width = Math.max(5, ...classes.map(({ label }) => label.length));
  const row = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(11)).join('')}`;
  return [
    row('class', ['pictures', 'precision', 'recall', 'F1']),
    ...classes.map(({ label, n, precision, recall, f1 }) =>
      row(visible(label), [String(n), share(precision), share(recall), share(f1)]),
    ),
  ];
}

export function classTable(classes: readonly ClassFigures[]): Html {
  const share = (value: number | null) => (value === null ? '–' : percent(value, 1));
  return html`<div class="scroll"><table class="numbers">
    <thead><tr><th scope="col">class</th><th scope="col">pictures</th><th scope="col">precision</th><th scope="col">recall</th><th scope="col">F1</th></tr></thead>
    <tbody>${classes.map(
      ({ label, n, precision, recall, f1 }) =>
        html`<tr><th scope="row">${label}</th><td>${whole(n)}</td><td>${share(precision)}</td><td>${share(recall)}</td><td>${share(f1)}</td></tr>`,
    )}</tbody></table></div>
    <p class="note">Precision is the share of the answers that say a class which are right, recall the share of its pictures that are
    answered right, F1 their harmonic mean.</p>`;
}
