// How well each of several labels is answered, as a table and what all come to.
import type { LabelMeasure, LabelMeasures } from '../../models/measure/labels.ts';
import { percent, whole } from './format.ts';
import { type Html, html } from './html.ts';

export interface LabelFigures {
  /** From which probability on each label is an answer. */
  readonly thresholds: readonly number[];
  readonly each: readonly LabelMeasure[];
  readonly all: LabelMeasures;
}

export function labelTable({ thresholds, each, all }: LabelFigures, labels: readonly string[]): Html {
  return html`<dl class="parts">
      <div><dt>mean average precision</dt><dd>${all.meanAveragePrecision.toFixed(4)}</dd></div>
      <div><dt>F1, mean of the labels</dt><dd>${all.f1.toFixed(4)}</dd></div>
      <div><dt>whole sets right</dt><dd>${percent(all.exact)}</dd></div>
    </dl>
    <div class="scroll"><table class="numbers">
    <thead><tr><th scope="col">label</th><th scope="col">pictures</th><th scope="col">average precision</th>
    <th scope="col">threshold</th><th scope="col">precision</th><th scope="col">recall</th><th scope="col">F1</th></tr></thead>
    <tbody>${each.map(
      (label, k) => html`<tr><th scope="row">${labels[k] ?? String(k)}</th><td>${whole(label.n)}</td>
      <td>${label.averagePrecision?.toFixed(4) ?? '–'}</td><td>${(thresholds[k] ?? 0).toFixed(3)}</td>
      <td>${percent(label.precision, 1)}</td><td>${percent(label.recall, 1)}</td><td>${label.f1.toFixed(4)}</td></tr>`,
    )}</tbody>
  </table></div>`;
}
