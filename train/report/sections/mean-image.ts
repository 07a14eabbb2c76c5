// The mean image, and pictures without it.

import { heldOutOf } from '../../../models/held-out.ts';
import { MEAN_IMAGE } from '../../layers/mean-image.ts';
import { html } from '../html.ts';
import { sheetOf, signedTile } from '../pictures.ts';
import { defineSection } from '../section.ts';

export const meanImage = defineSection({
  id: 'mean-image',
  title: 'Mean image',
  async analyze({ network, worst }) {
    const mean = network.best.get(MEAN_IMAGE);
    if (mean === undefined) return undefined;
    const without = worst.pictures.map((picture) =>
      signedTile(Float32Array.from(picture, (byte, i) => byte - (mean[i] ?? 0))),
    );
    return {
      answers: worst.answers,
      mean: await sheetOf([Uint8Array.from(mean, Math.round)], worst.shape),
      without: await sheetOf(without, worst.shape, 8),
    };
  },
  render({ analysis: { answers, mean, without }, recipe, tile }) {
    return html`<div class="mean">
      <div><h3>Mean</h3>${tile(mean, 0, 'mean of all training pictures')}</div>
      <div><h3>Pictures without it</h3><ul class="tiles small">${answers.map(
        ({ index }, i) =>
          html`<li>${tile(without, i, `${heldOutOf(recipe)} picture ${index} without the mean image`)}</li>`,
      )}</ul></div>
    </div>
    <p class="note">The mean of each pixel over the training pictures is subtracted from every picture, inside the
    network and in the exported file. The pictures are those of the top losses, as the first layer sees them: mid-gray
    is zero.</p>`;
  },
});
