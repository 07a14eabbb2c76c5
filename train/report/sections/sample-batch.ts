// What training is shown: the first pictures of the first batch, augmented.

import { html } from '../html.ts';
import { defineSection } from '../section.ts';

export const sampleBatch = defineSection({
  id: 'sample-batch',
  title: 'Sample batch',
  render({ sample, recipe, tile }) {
    const { augmented, plain, names } = sample;
    const augment = Object.entries(recipe.augment).map(([name, amount]) =>
      typeof amount === 'object' ? `${name} ${Object.values(amount).join('/')}` : `${name} ${amount}`,
    );
    const list = (sheet: typeof augmented) =>
      html`<ul class="tiles small">${names.map((name, i) => html`<li>${tile(sheet, i, name)}</li>`)}</ul>`;
    if (plain === undefined)
      return html`${list(augmented)}<p class="note">The first pictures of the first batch. Nothing is augmented.</p>`;
    return html`<div class="halves">
      <div><h3>As they are</h3>${list(plain)}</div>
      <div><h3>As training gets them</h3>${list(augmented)}</div>
    </div>
    <p class="note">The first ${names.length} pictures of the first batch; each epoch draws them anew: ${augment.join(', ')}.</p>`;
  },
});
