// The curve of a sweep, with what it suggests, as one offline page.
import { html } from '../report/html.ts';
import { renderPage } from '../report/page.ts';
import { type PlotPoint, plot } from '../report/plot.ts';
import { type Curve, type Suggestions, suggestionNames } from './suggest.ts';

/** Colors of the style sheet. */
const COLORS = { valley: 2, slide: 3, minimum: 4, steepest: 5 } as const;

/** What each rule looks for, in words. */
const RULES = {
  valley: 'half-way along the longest valley of the curve',
  slide: 'where, from the right, the slope begins to stay the same',
  minimum: 'a tenth of the rate with the least loss',
  steepest: 'where the loss falls fastest',
} as const;

export interface SweepResult {
  /** What was trained, as it is typed. */
  readonly words: string;
  readonly curve: Curve;
  readonly suggestions: Suggestions;
}

export function findPage({ words, curve, suggestions }: SweepResult): string {
  const points = curve.learningRates.map((rate, i) => [Math.log10(rate), curve.losses[i] ?? 0] as const);
  const shown = untilItDiverges(points);
  const known = suggestionNames.flatMap((name) => {
    const rate = suggestions[name];
    return rate === undefined ? [] : [{ name, rate }];
  });
  const figure = plot({
    title: 'Smoothed loss',
    x: 'learning rate',
    format: (value) => String(Number(value.toPrecision(4))),
    formatX: rateInWords,
    series: [
      { name: 'loss', color: 1, points: shown },
      ...known.map(({ name, rate }) => ({
        name: `${name} ${rateInWords(Math.log10(rate))}`,
        color: COLORS[name],
        dots: true,
        points: [[Math.log10(rate), lossAt(curve, rate)] as const],
      })),
    ],
  });
  return renderPage({
    title: `Learning rate of ${words}`,
    head: html`<header><h1>Learning rate of ${words}</h1>
      <p class="lead">A mock training of ${curve.losses.length} steps with a learning rate that grows with each.</p></header>`,
    parts: [
      {
        id: 'curve',
        title: 'Curve',
        body: html`<div class="plots one">${figure}</div>
        <table class="numbers apart"><thead><tr><th scope="col" class="text">rule</th><th scope="col">learning rate</th><th scope="col" class="text">what it is</th></tr></thead>
        <tbody>${known.map(({ name, rate }) => html`<tr><th scope="row" class="text">${name}</th><td>${rateInWords(Math.log10(rate))}</td><td class="text">${RULES[name]}</td></tr>`)}</tbody></table>
        ${
          shown.length < points.length
            ? html`<p class="note">The curve ends where the loss is well above its beginning again; the sweep went on to ${rateInWords(points.at(-1)?.[0] ?? 0)}.</p>`
            : undefined
        }`,
      },
    ],
  });
}

/** What comes after would press all that matters to the floor of the plot. */
function untilItDiverges(points: readonly PlotPoint[]): PlotPoint[] {
  const finite = points.filter(([, loss]) => Number.isFinite(loss));
  const losses = finite.map(([, loss]) => loss);
  const [first = 0, least] = [losses[0], Math.min(...losses)];
  const top = first + 0.5 * Math.max(first - least, 0.1 * first);
  const end = losses.findIndex((loss, i) => i > losses.indexOf(least) && loss > top);
  return end < 0 ? finite : finite.slice(0, end);
}

/** `1.2e-3`, of its logarithm. */
export function rateInWords(logarithm: number): string {
  return Number((10 ** logarithm).toPrecision(2)).toExponential();
}

/** Of the nearest learning rate on the curve. */
function lossAt({ learningRates, losses }: Curve, rate: number): number {
  const distance = (i: number) => Math.abs(Math.log((learningRates[i] ?? 0) / rate));
  return losses[learningRates.reduce((best, _, i) => (distance(i) < distance(best) ? i : best), 0)] ?? 0;
}
