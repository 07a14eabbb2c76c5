// How well each of several labels is answered.
import { heldOutOf } from '../../../models/held-out.ts';
import { measureEachLabel, measureLabels, thresholdsOf } from '../../../models/measure/labels.ts';
import { percent, whole } from '../format.ts';
import { html } from '../html.ts';
import { defineSection } from '../section.ts';

export const labels = defineSection({
  id: 'labels',
  title: 'Labels',
  tasks: ['multi'],
  analyze({ targets: answers }) {
    if (answers === undefined) return undefined;
    const own = { probabilities: answers.values, targets: answers.targets, labels: answers.count };
    const thresholds = thresholdsOf(own);
    return { thresholds, each: measureEachLabel(own, thresholds), all: measureLabels(own, thresholds) };
  },
  render({ analysis: { thresholds, each, all }, dataset, recipe }) {
    const heldOut = heldOutOf(recipe);
    const bare = each.filter(({ n }) => n === 0).length;
    return html`<dl class="parts">
        <div><dt>mean average precision</dt><dd>${all.meanAveragePrecision.toFixed(4)}</dd></div>
        <div><dt>F1, mean of the labels</dt><dd>${all.f1.toFixed(4)}</dd></div>
        <div><dt>whole sets right</dt><dd>${percent(all.exact)}</dd></div>
      </dl>
      <div class="scroll"><table class="numbers">
      <thead><tr><th scope="col">label</th><th scope="col">pictures</th><th scope="col">average precision</th>
      <th scope="col">threshold</th><th scope="col">precision</th><th scope="col">recall</th><th scope="col">F1</th></tr></thead>
      <tbody>${each.map(
        (
          label,
          k,
        ) => html`<tr><th scope="row">${dataset.labels[k] ?? String(k)}</th><td>${whole(label.n)}</td>
        <td>${label.averagePrecision?.toFixed(4) ?? '–'}</td><td>${(thresholds[k] ?? 0).toFixed(3)}</td>
        <td>${percent(label.precision, 1)}</td><td>${percent(label.recall, 1)}</td><td>${label.f1.toFixed(4)}</td></tr>`,
      )}</tbody>
    </table></div>
    <p class="note">A label is answered where its probability is at least its threshold, which is the one with the best F1 on
    these ${heldOut} pictures; a file that is exported has it. Figures at thresholds that were chosen on the same pictures are a
    little too good; average precision needs none.${bare === 0 ? '' : ` ${whole(bare)} without ${heldOut} pictures ${bare === 1 ? 'is' : 'are'} in no mean.`}</p>`;
  },
});
