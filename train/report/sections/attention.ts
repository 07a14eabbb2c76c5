// Where the network looks when it is wrong.
import type { Facts, Section } from '../facts.ts';
import { percent } from '../format.ts';
import { html } from '../html.ts';
import { tile } from '../tile.ts';

export const attention: Section = {
  id: 'attention',
  title: 'Where it looks',
  render({ analysis }: Facts) {
    if (analysis?.attention === undefined) return undefined;
    const { labels, worst, attention: sheet, worstSheet } = analysis;
    const name = (i: number) => labels[i] ?? String(i);
    return html`<ul class="tiles">${worst.map(
      ({ index, predicted, probabilities }, i) => html`<li>
        ${tile(worstSheet, i, `test picture ${index}`)}
        ${tile(sheet, i, `where it looks for ${name(predicted)} in test picture ${index}`)}
        <p><b>${name(predicted)}</b> ${percent(probabilities[predicted] ?? 0, 0)}</p>
      </li>`,
    )}</ul>
    <p class="note">The places whose features speak for the answer given are lit (Grad-CAM, of the last feature maps),
    in the pictures of the top losses.</p>`;
  },
};
