// The confusion matrix as a page shows it, and the pairs of classes that are most confused.
import { percent } from './format.ts';
import { type Html, html } from './html.ts';

const PAIRS = 8;

/** `[true][predicted]` counts. */
export function confusionOf(
  answers: readonly { readonly label: number; readonly predicted: number }[],
  classes: number,
): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { label, predicted } of answers) {
    const row = counts[label];
    if (row !== undefined) row[predicted] = (row[predicted] ?? 0) + 1;
  }
  return counts;
}

/**
 * The matrix and its worst pairs.
 * @param counts - What `confusionOf` gives.
 * @param pictures - What they were: `validation pictures`.
 */
export function confusionMatrix(
  counts: readonly (readonly number[])[],
  labels: readonly string[],
  pictures: string,
): Html {
  const name = (i: number) => labels[i] ?? String(i);
  const wrong = counts.flatMap((row, label) =>
    row.map((count, predicted) => ({ label, predicted, count })).filter((cell) => cell.predicted !== label),
  );
  const most = Math.max(1, ...wrong.map(({ count }) => count));
  const pairs = wrong
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, PAIRS);
  const sums = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const cell = (label: number, count: number, predicted: number) =>
    label === predicted
      ? html`<td class="right">${count}</td>`
      : html`<td class="${count > most / 2 ? 'strong' : ''}" style="--heat:${Math.round((count / most) * 100)}%">${count || ''}</td>`;
  return html`<div class="beside">
      <div class="scroll"><table class="confusion">
        <caption>Rows are the truth, columns the answers${sums.includes(0) ? html`; a class without ${pictures} has no error` : undefined}</caption>
        <thead><tr><td></td>${labels.map((label) => html`<th scope="col" title="${label}">${label}</th>`)}<th scope="col">error</th></tr></thead>
        <tbody>${counts.map(
          (row, label) =>
            html`<tr><th scope="row">${name(label)}</th>${row.map((count, predicted) => cell(label, count, predicted))}<td class="error">${sums[label] ? percent(1 - (row[label] ?? 0) / sums[label], 1) : '–'}</td></tr>`,
        )}</tbody>
      </table></div>
      <div><h3>Most confused</h3><ol class="pairs">${pairs.map(
        ({ label, predicted, count }) =>
          html`<li><b>${name(label)}</b> taken for <b>${name(predicted)}</b><span>${count} of ${sums[label] ?? 0}</span></li>`,
      )}</ol></div>
    </div>`;
}
