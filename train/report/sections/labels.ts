// How well each of several labels is answered.
import { heldOutOf } from '../../../models/held-out.ts';
import { measureEachLabel, measureLabels, thresholdsOf } from '../../../models/measure/labels.ts';
import { whole } from '../format.ts';
import { html } from '../html.ts';
import { labelTable } from '../label-table.ts';
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
    return html`${labelTable({ thresholds, each, all }, dataset.labels)}
    <p class="note">A label is answered where its probability is at least its threshold, which is the one with the best F1 on
    these ${heldOut} pictures; a file that is exported has it. Figures at thresholds that were chosen on the same pictures are a
    little too good; average precision needs none.${bare === 0 ? '' : ` ${whole(bare)} without ${heldOut} pictures ${bare === 1 ? 'is' : 'are'} in no mean.`}</p>`;
  },
});
