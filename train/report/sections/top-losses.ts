// The pictures that the network gets most wrong.

import { heldOutOf } from '../../../models/held-out.ts';
import { fileName } from '../file-name.ts';
import { percent, short } from '../format.ts';
import { html } from '../html.ts';
import { defineSection } from '../section.ts';

export const topLosses = defineSection({
  id: 'top-losses',
  title: 'Top losses',
  tasks: ['single'],
  analyze: ({ worst }) => worst,
  render({ analysis: { answers, sheet }, dataset, recipe, tile }) {
    const heldOut = heldOutOf(recipe);
    const { labels } = dataset;
    const name = (i: number) => labels[i] ?? String(i);
    return html`<ul class="tiles">${answers.map(
      ({ index, label, predicted, loss, probabilities }, i) => html`<li>
        ${tile(sheet, i, `${heldOut} picture ${index}: ${name(label)}`)}
        <p><b class="${predicted === label ? '' : 'wrong'}">${name(predicted)}</b> ${percent(probabilities[predicted] ?? 0, 0)}</p>
        <p>is <b>${name(label)}</b> ${percent(probabilities[label] ?? 0, 1)}</p>
        <p class="quiet">loss ${short(loss)} · ${fileName(dataset.validation.files?.[index] ?? `no. ${index}`)}</p>
      </li>`,
    )}</ul>
    <p class="note">Each picture as the network gets it (before its pixels are standardized), the network's answer
    with its probability, and the true class. ${dataset.validation.files ? 'A wrong label may be the reason: look at the file.' : 'The number is its place in the test set.'}</p>`;
  },
});
