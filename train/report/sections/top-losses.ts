// The pictures that the network gets most wrong.
import type { Facts, Section } from '../facts.ts';
import { percent, short } from '../format.ts';
import { html } from '../html.ts';
import { tile } from '../tile.ts';

export const topLosses: Section = {
  id: 'top-losses',
  title: 'Top losses',
  render({ analysis, dataset }: Facts) {
    if (analysis === undefined) return undefined;
    const { labels, worst, worstSheet } = analysis;
    const name = (i: number) => labels[i] ?? String(i);
    return html`<ul class="tiles">${worst.map(
      ({ index, label, predicted, loss, probabilities }, i) => html`<li>
        ${tile(worstSheet, i, `test picture ${index}: ${name(label)}`)}
        <p><b class="${predicted === label ? '' : 'wrong'}">${name(predicted)}</b> ${percent(probabilities[predicted] ?? 0, 0)}</p>
        <p>is <b>${name(label)}</b> ${percent(probabilities[label] ?? 0, 1)}</p>
        <p class="quiet">loss ${short(loss)} · ${dataset.test.files?.[index] ?? `no. ${index}`}</p>
      </li>`,
    )}</ul>
    <p class="note">What the network saw of each picture (these pixels, standardized), what it took it for and how
    surely, and what it is. ${dataset.test.files ? 'A wrong label may be the reason: look at the file.' : 'The number is its place in the test set.'}</p>`;
  },
};
