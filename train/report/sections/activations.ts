// What every layer computes, before its activation: as the weights were drawn, and after training.

import { heldOutOf } from '../../../models/held-out.ts';
import { imageSize } from '../../datasets/dataset.ts';
import type { Histogram } from '../activations.ts';
import { percent, short } from '../format.ts';
import { type Html, html } from '../html.ts';
import { outline } from '../plot.ts';
import { defineSection } from '../section.ts';
import { someOf } from '../trained.ts';

export const activations = defineSection({
  id: 'activations',
  title: 'Activations',
  async analyze({ network, dataset: { validation } }) {
    const most = Math.floor(HISTOGRAM_BYTES / imageSize(validation));
    const images = Math.max(2, Math.min(HISTOGRAM_IMAGES, validation.n, most));
    return { images, layers: network.layers(someOf(validation, images).images) };
  },
  render({ analysis: { images, layers }, recipe }) {
    return html`<div class="layers">
      <p class="layer-head"><span>layer</span><span>as initialized</span><span>after training</span></p>
      ${layers.map(
        ({ start, end }, i) => html`<div class="layer">
          <h3>${end.layer.split('/').map((part, i) => html`${i > 0 ? html`/<wbr>` : undefined}${part}`)}${end.activation ? html`<small>before ${ACTIVATIONS[end.activation] ?? end.activation}</small>` : html`<small>the answer</small>`}</h3>
          ${histogramFigure(start, 4)}${histogramFigure(end, 1)}
          <p class="quiet">${ratio(layers[i - 1]?.start, start)}</p>
        </div>`,
      )}
    </div>
    <p class="note">Over ${images} ${heldOutOf(recipe)} pictures, every place and channel. σ is the standard
    deviation; the ratio is of the variance to that of the layer before, as initialized: where it stays far above or
    below 1 from layer to layer, signals explode or vanish. Dead units are at or below zero for every picture.</p>`;
  },
});

/** Pictures that are looked at. */
const HISTOGRAM_IMAGES = 64;
/** Fewer where pictures are larger, since all that a network computes is held: bytes in all. */
const HISTOGRAM_BYTES = 1_000_000;

const ACTIVATIONS: Readonly<Record<string, string>> = {
  Relu: 'ReLU',
  Relu6: 'ReLU6',
  Elu: 'ELU',
  Selu: 'SELU',
  Sigmoid: 'sigmoid',
  Tanh: 'tanh',
  Erf: 'GELU',
};

/** One layer's histogram as a figure. */
export function histogramFigure(histogram: Histogram, color: number): Html {
  const { low, high, mean, deviation, bins, dead, activation } = histogram;
  const says = `mean ${short(mean)}, standard deviation ${short(deviation)}, from ${short(low)} to ${short(high)}`;
  const zero = low < 0 && high > 0 ? (-low / (high - low)) * 100 : undefined;
  return html`<figure class="histogram c${color}">
    <div><svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="${says}">${outline(bins, Math.max(...bins))}</svg>
    ${zero === undefined ? undefined : html`<i style="left:${zero.toFixed(1)}%"></i>`}</div>
    <figcaption><span>${short(low)}</span><span>σ ${short(deviation)}${activation && dead > 0 ? ` · ${percent(dead, 0)} dead` : ''}</span><span>${short(high)}</span></figcaption>
  </figure>`;
}

function ratio(before: Histogram | undefined, after: Histogram): string | undefined {
  if (before === undefined) return undefined;
  return `variance × ${short((after.deviation / before.deviation) ** 2)}`;
}
