// Line plots that fit any width: the lines are SVG stretched to the frame, the labels are text next to it.
import { type Html, html, raw } from './html.ts';
import { type Scale, scaleOver } from './scale.ts';

export type PlotPoint = readonly [x: number, y: number];

export interface Series {
  name: string;
  /** 1 to 6: a color of the style sheet. */
  color: number;
  points: readonly PlotPoint[];
  /** Dots with what they stand for under the pointer. */
  dots?: boolean;
  /** Dots alone, without a line from one to the next. */
  scattered?: boolean;
  /** Thin and pale, and not in the legend. */
  faint?: boolean;
  dashed?: boolean;
}

export interface PlotOptions {
  title: string;
  x: string;
  /** Where the horizontal axis begins and ends, if not with the points. */
  domain?: readonly [number, number];
  series: readonly Series[];
  format: (value: number) => string;
  /** Of the horizontal axis, where its numbers are not to be shown as they are. */
  formatX?: (value: number) => string;
  log?: boolean;
  fromZero?: boolean;
  /** Off where the page has one for several figures. */
  legend?: boolean;
}

/** A figure; nothing when there is no point to draw. */
export function plot(options: PlotOptions): Html | undefined {
  const { title, x, domain = [], series, format, formatX = String } = options;
  const { log = false, fromZero = false, legend: hasLegend = true } = options;
  const points = series.flatMap((each) => each.points);
  if (points.length === 0) return undefined;
  const across = scaleOver([...domain, ...points.map(([value]) => value)], {
    ticks: 6,
    whole: x === 'epoch' || x === 'trial',
  });
  const up = scaleOver(
    points.map(([, value]) => value),
    { log, fromZero },
  );
  const named = series.filter(({ faint }) => !faint);
  return html`<figure class="plot">
    <figcaption><span>${title}</span>${hasLegend && named.length > 1 ? legend(named) : undefined}</figcaption>
    <div class="frame">
      <div class="up">${up.ticks.map((tick) => html`<span style="bottom:${cssPercent(up.at(tick))}">${format(tick)}</span>`)}</div>
      <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" aria-label="${`${title}: ${named.map(({ name, points: own }) => `${name} ends at ${format(own.at(-1)?.[1] ?? Number.NaN)}`).join(', ')}`}">
        <g class="grid">${up.ticks.map((tick) => html`<path d="M0 ${place(1 - up.at(tick))}H1000"/>`)}</g>
        ${series.map((each) => drawn(each, across, up, format, x, formatX))}
      </svg>
      <div class="across">${across.ticks.map((tick) => html`<span style="left:${cssPercent(across.at(tick))}">${formatX(tick)}</span>`)}</div>
    </div>
    <p class="axis">${x}</p>
  </figure>`;
}

function legend(series: readonly Series[]): Html {
  return html`<span class="legend">${series.map(
    ({ name, color, dashed }) =>
      html`<span class="c${color}"><i class="${dashed ? 'dashed' : ''}"></i>${name}</span>`,
  )}</span>`;
}

function drawn(
  { name, color, points, dots, scattered, faint, dashed }: Series,
  across: Scale,
  up: Scale,
  format: PlotOptions['format'],
  x: string,
  formatX: PlotOptions['format'],
): Html {
  const places = points
    .filter(([, value]) => Number.isFinite(up.at(value)))
    .map(([horizontal, value]) => ({
      at: `${place(across.at(horizontal))} ${place(1 - up.at(value))}`,
      says: `${name}: ${format(value)} (${x} ${formatX(Number(horizontal.toFixed(2)))})`,
    }));
  const line = places.map(({ at }, i) => `${i === 0 ? 'M' : 'L'}${at}`).join('');
  // A line of no length with round ends is a dot that the stretching leaves round.
  return html`<g class="c${color}${faint ? ' faint' : ''}${dashed ? ' dashed' : ''}">${scattered ? undefined : html`<path class="line" d="${line}"/>`}${
    dots || scattered
      ? places.map(({ at, says }) => html`<path class="dot" d="M${at}h0"><title>${says}</title></path>`)
      : undefined
  }</g>`;
}

/** Bars of a histogram as one filled outline, for a frame of any size. */
export function outline(bins: readonly number[], highest: number): Html {
  const width = 1000 / bins.length;
  const steps = bins.map(
    (share, i) => `V${place(1 - (highest > 0 ? share / highest : 0))}H${Math.round((i + 1) * width)}`,
  );
  return raw(`<path class="area" d="M0 1000${steps.join('')}V1000Z"/>`);
}

const place = (share: number) => Math.round(share * 1000);
const cssPercent = (share: number) => `${Number((share * 100).toFixed(2))}%`;
