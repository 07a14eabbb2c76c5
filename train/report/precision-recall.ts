// Precision over recall of each class or label, as a plot: what a threshold can choose between.
import {
  averagePrecision,
  type LabelScores,
  precisionOverRecall,
} from '../../models/measure/average-precision.ts';
import { shortPercent } from './format.ts';
import { type Html, html } from './html.ts';
import { type PlotPoint, plot } from './plot.ts';

/** One line. */
export interface PrecisionRecall {
  readonly label: string;
  /** Area under the line. */
  readonly averagePrecision: number;
  /** Recall and precision, at most `MOST` of them. */
  readonly points: readonly PlotPoint[];
}

/** More points than this a plot does not show. */
const MOST = 200;

/** Lines in colors, those with the least area; the others are faint. */
const NAMED = 5;

/**
 * The lines of all labels that some picture has, the least average precision first.
 * @param scores - Of each label.
 */
export function precisionRecallOf(
  labels: readonly string[],
  scores: readonly LabelScores[],
): PrecisionRecall[] {
  return labels
    .flatMap((label, i): PrecisionRecall[] => {
      const own = scores[i] ?? { scores: [], has: [] };
      const [line, area] = [precisionOverRecall(own), averagePrecision(own)];
      if (line === undefined || area === undefined) return [];
      const step = Math.max(1, Math.ceil(line.length / MOST));
      const points = line
        .filter((_, at) => at % step === 0 || at === line.length - 1)
        .map(({ recall, precision }): PlotPoint => [recall, precision]);
      return [{ label, averagePrecision: area, points }];
    })
    .sort((a, b) => a.averagePrecision - b.averagePrecision);
}

export function precisionRecallPlot(lines: readonly PrecisionRecall[]): Html {
  const others = lines.length - Math.min(lines.length, NAMED);
  return html`<div class="plots">${plot({
    title: 'Precision over recall',
    x: 'recall',
    domain: [0, 1],
    format: shortPercent,
    fromZero: true,
    series: lines.map(({ label, averagePrecision: area, points }, i) => ({
      name: `${label} ${area.toFixed(3)}`,
      color: i < NAMED ? i + 1 : 6,
      points,
      ...(i >= NAMED && { faint: true }),
    })),
  })}</div>
  <p class="note">The number beside a name is its average precision, the area under its line; the least are named${others > 0 ? `, and ${others} ${others === 1 ? 'other is' : 'others are'} pale` : ''}. Each class
  is told from all others by its probability: a higher threshold finds fewer of its pictures and errs less often.</p>`;
}
