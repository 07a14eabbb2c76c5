// What the first layer looks for.
import type { Facts, Section } from '../facts.ts';
import { html } from '../html.ts';
import { tile } from '../tile.ts';

export const filters: Section = {
  id: 'filters',
  title: 'First-layer filters',
  render({ analysis }: Facts) {
    if (analysis?.filters === undefined) return undefined;
    const { name, shape, count, sheet } = analysis.filters;
    return html`<ul class="tiles small">${Array.from(
      { length: sheet.count },
      (_, i) => html`<li>${tile(sheet, i, `filter ${i}`)}</li>`,
    )}</ul>
    <p class="note"><code>${name}</code>, ${shape.join(' × ')}${sheet.count < count ? `: the first ${sheet.count} of ${count}` : ''}.
    Each filter has its own scale: mid-gray is a weight of zero, light is positive, dark negative.</p>`;
  },
};
