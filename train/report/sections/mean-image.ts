// The mean image, and what is left of pictures without it.
import type { Facts, Section } from '../facts.ts';
import { html } from '../html.ts';
import { tile } from '../tile.ts';

export const meanImage: Section = {
  id: 'mean-image',
  title: 'Mean image',
  render({ analysis }: Facts) {
    if (analysis?.meanImage === undefined) return undefined;
    const { mean, worst } = analysis.meanImage;
    return html`<div class="mean">
      <div><h3>Mean</h3>${tile(mean, 0, 'mean of all training pictures')}</div>
      <div><h3>Pictures without it</h3><ul class="tiles small">${analysis.worst.map(
        ({ index }, i) => html`<li>${tile(worst, i, `test picture ${index} without the mean image`)}</li>`,
      )}</ul></div>
    </div>
    <p class="note">The mean of each pixel over the training pictures is subtracted from every picture, inside the
    network and in the exported file. The pictures are those of the top losses, as the first layer sees them: mid-gray
    is zero.</p>`;
  },
};
