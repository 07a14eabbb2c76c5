// Where the network looks when it is wrong.

import { heldOutOf } from '../../../models/held-out.ts';
import { percent } from '../format.ts';
import { withHeatMap } from '../heat.ts';
import { html } from '../html.ts';
import { sheetOf } from '../pictures.ts';
import { defineSection } from '../section.ts';

export const attention = defineSection({
  id: 'attention',
  title: 'Where it looks',
  tasks: ['single'],
  async analyze({ network, worst }) {
    const classes = worst.answers.map(({ predicted }) => predicted);
    const maps = network.attention(worst.pictures, classes);
    const [height, width] = worst.shape;
    const tiles = maps?.map((map, i) => withHeatMap(worst.pictures[i] ?? new Uint8Array(), worst.shape, map));
    return tiles && { worst, sheet: await sheetOf(tiles, [height, width, 3], 8) };
  },
  render({ analysis: { worst, sheet }, dataset: { labels }, recipe, tile }) {
    const heldOut = heldOutOf(recipe);
    const name = (i: number) => labels[i] ?? String(i);
    return html`<ul class="tiles">${worst.answers.map(
      ({ index, predicted, probabilities }, i) => html`<li>
        ${tile(worst.sheet, i, `${heldOut} picture ${index}`)}
        ${tile(sheet, i, `where it looks for ${name(predicted)} in ${heldOut} picture ${index}`)}
        <p><b>${name(predicted)}</b> ${percent(probabilities[predicted] ?? 0, 0)}</p>
      </li>`,
    )}</ul>
    <p class="note">The pictures of the top losses. They are bright where features support the network's answer (Grad-CAM,
    from the last feature maps).</p>`;
  },
});
