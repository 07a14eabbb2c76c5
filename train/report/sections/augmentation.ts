// Which transform could change a label, and how the network's answers move under each.

import { heldOutOf } from '../../../models/held-out.ts';
import { mixes } from '../../augment/index.ts';
import { percent } from '../format.ts';
import { html } from '../html.ts';
import { type Moved, robustnessOf } from '../robustness.ts';
import { defineSection } from '../section.ts';

export const augmentation = defineSection({
  id: 'augmentation',
  title: 'Augmentation',
  tasks: ['single'],
  analyze({ network, dataset, recipe, transforms }) {
    const robustness = robustnessOf(network.logits, dataset, recipe, transforms);
    return robustness.transforms.length === 0 ? undefined : robustness;
  },
  render({ analysis: { n, errorRate, transforms }, recipe, warning }) {
    const knows = transforms.some(({ wrong }) => wrong !== undefined);
    return html`${warning === undefined ? undefined : html`<p class="warning"><b>${warning}</b></p>`}
    <div class="scroll"><table class="numbers">
      <thead><tr><th scope="col">transform</th><th scope="col">trained with</th>
      <th scope="col">part of the picture lost</th>${knows ? html`<th scope="col">wrong labels</th>` : undefined}
      <th scope="col">error</th><th scope="col">answers changed</th>
      <th scope="col">right class moves</th><th scope="col">could change a label when</th></tr></thead>
      <tbody><tr><th scope="row">none</th><td></td><td></td>${knows ? html`<td></td>` : undefined}<td>${percent(errorRate, 1)}</td><td></td><td></td><td></td></tr>
      ${transforms.map(
        (each) => html`<tr><th scope="row">${each.name}</th><td>${each.trained ? 'yes' : 'no'}</td>
        <td>${each.lost.most === 0 ? 'nothing' : html`${percent(each.lost.mean, 0)}, up to ${percent(each.lost.most, 0)}`}</td>
        ${knows ? html`<td>${percent(each.wrong ?? Number.NaN, 1)}</td>` : undefined}
        <td>${percent(each.errorRate, 1)}</td><td>${percent(each.changed, 1)}</td>
        <td>${percent(each.moved, 1)}, ${each.fell >= 0 ? 'down' : 'up'} ${percent(Math.abs(each.fell), 1)}</td>
        <td class="text">${each.risk}</td></tr>`,
      )}</tbody>
    </table></div>
    <p class="note">${n} ${heldOutOf(recipe)} pictures under each transform alone, as strongly as the recipe has it (those not trained with:
    as fastai has it by default). An answer that changes under a transform that cannot change the label is a weakness of
    the network; where the label itself may change, it is a reason to leave the transform out.
    ${mixes(recipe.augment) ? 'Mixed pictures have mixed labels, so mixing makes none wrong; it is not shown here.' : ''}
    ${advice(transforms)}</p>`;
  },
});

/** The transform that moves answers most without having been trained with, if any moves them much. */
function advice(transforms: readonly Moved[]): string {
  const [worst] = transforms.filter(({ trained }) => !trained).sort((a, b) => b.changed - a.changed);
  if (worst === undefined || worst.changed < 0.05) return '';
  return `Untrained ${worst.name} changes ${percent(worst.changed, 0)} of the answers: if your pictures come like that, train with it.`;
}
