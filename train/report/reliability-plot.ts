// The plot of a calibration: the share of right answers by what the network says, beside a line where the two are equal.
import type { Bin } from './calibration.ts';
import { shortPercent } from './format.ts';
import { type Html, html } from './html.ts';
import { plot } from './plot.ts';

/** Bins of a network, or of one at another temperature. */
export interface NamedBins {
  readonly name: string;
  readonly bins: readonly Bin[];
}

/** A line with dots for each of `networks`, in the style sheet's colors from the first on. */
export function reliabilityPlot(networks: readonly NamedBins[]): Html {
  return html`<div class="plots">${plot({
    title: 'Accuracy by confidence',
    x: 'confidence',
    domain: [0, 1],
    fromZero: true,
    format: shortPercent,
    series: [
      {
        name: 'perfect',
        color: 3,
        dashed: true,
        points: [
          [0, 0],
          [1, 1],
        ],
      },
      ...networks.map(({ name, bins }, i) => ({
        name,
        color: i + 1,
        dots: true,
        points: bins.map(({ confidence, accuracy }) => [confidence, accuracy] as const),
      })),
    ],
  })}</div>`;
}
