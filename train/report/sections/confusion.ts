// Which classes are taken for which.

import { heldOutOf } from '../../../models/held-out.ts';
import { percent } from '../format.ts';
import { html } from '../html.ts';
import { defineSection } from '../section.ts';
import type { NetworkAnswer } from '../trained.ts';

const PAIRS = 8;

export const confusion = defineSection({
  id: 'confusion',
  title: 'Confusions',
  tasks: ['single'],
  analyze: ({ test, dataset }) => confusionOf(test, dataset.labels.length),
  render({ analysis: counts, dataset: { labels }, recipe }) {
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
        <caption>Rows are the truth, columns the answers${sums.includes(0) ? html`; a class without ${heldOutOf(recipe)} pictures has no error` : undefined}</caption>
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
  },
});

/** `[true][predicted]` counts. */
function confusionOf(answers: readonly NetworkAnswer[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { label, predicted } of answers) {
    const row = counts[label];
    if (row !== undefined) row[predicted] = (row[predicted] ?? 0) + 1;
  }
  return counts;
}
