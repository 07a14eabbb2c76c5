// A surface as a page: contours in SVG, the optimizers' paths over them, and their losses step by step.
import { short, whole } from '../report/format.ts';
import { type Html, html, raw } from '../report/html.ts';
import { renderPage } from '../report/page.ts';
import { plot } from '../report/plot.ts';
import type { LossSurface, OptimizerPath } from './surface.ts';

/** SVG units of the surface's side. */
const SIDE = 600;

/** Contours, by share of the surface's area below each: as many where it is steep as where it is flat. */
const LEVELS = 14;

const COLORS: Readonly<Record<OptimizerPath['optimizer'], number>> = { sgd: 1, momentum: 2, adam: 3 };

/** @param name - Of the run. */
export function surfacePage(name: string, surface: LossSurface): string {
  const [x, y] = surface.places;
  return renderPage({
    title: `Two weights of ${name}`,
    head: html`<header>
      <p class="over">${name}</p>
      <h1>Two weights, three optimizers</h1>
      <p class="lead">The loss of the trained network while two of its weights move and all others stay: number
      ${whole(x.index)} of ${x.weight} to the right, number ${whole(y.index)} of ${y.weight} upwards. The middle is where training left them.</p>
    </header>`,
    parts: [
      { id: 'surface', title: 'Surface', body: surfaceFigure(surface) },
      { id: 'losses', title: 'Losses', body: losses(surface) ?? html`` },
    ],
  });
}

/** The surface with its paths, as one SVG that takes its colors from the page. */
export function surfaceFigure({ offsets, losses: grid, paths }: LossSurface): Html {
  const reach = offsets.at(-1) ?? 1;
  const at = (offset: number, sign: number) => (((offset * sign) / reach + 1) / 2) * SIDE;
  const sorted = grid.flat().sort((a, b) => a - b);
  const levels = Array.from(
    { length: LEVELS },
    (_, i) => sorted[Math.floor(((i + 0.5) / LEVELS) * sorted.length)] ?? 0,
  );
  const cell = SIDE / (offsets.length - 1);
  const shade = (loss: number) => levels.filter((level) => level <= loss).length / LEVELS;
  const cells = grid.flatMap((row, r) =>
    row.map((loss, c) => {
      const [left, top] = [c * cell - cell / 2, SIDE - r * cell - cell / 2];
      return `<rect x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${(cell + 0.5).toFixed(1)}" height="${(cell + 0.5).toFixed(1)}" style="fill:color-mix(in srgb,var(--c1) ${(shade(loss) * 45).toFixed(0)}%,var(--sheet))"/>`;
    }),
  );
  const contours = levels.map(
    (level) =>
      `<path d="${contour(grid, level, cell)}" style="fill:none;stroke:var(--quiet);stroke-width:.7;opacity:.6"/>`,
  );
  const lines = paths.map(({ optimizer, points }) => {
    const d = points
      .map((point, i) => `${i === 0 ? 'M' : 'L'}${at(point.x, 1).toFixed(1)} ${at(point.y, -1).toFixed(1)}`)
      .join('');
    const color = `var(--c${COLORS[optimizer]})`;
    return `<path d="${d}" style="fill:none;stroke:${color};stroke-width:2.5;stroke-linejoin:round"><title>${optimizer}</title></path><circle r="6" style="fill:${color};stroke:var(--sheet);stroke-width:2"><animateMotion dur="10s" repeatCount="indefinite" calcMode="linear" path="${d}"/></circle>`;
  });
  const says = paths
    .map(
      ({ optimizer, points }) => `${optimizer} ends at a loss of ${short(points.at(-1)?.loss ?? Number.NaN)}`,
    )
    .join(', ');
  return html`<figure class="plot" style="max-width:44rem">
    <figcaption><span>Loss by the offsets of the two weights</span><span class="legend">${paths.map(
      ({ optimizer }) => html`<span class="c${COLORS[optimizer]}"><i></i>${optimizer}</span>`,
    )}</span></figcaption>
    <svg viewBox="0 0 ${SIDE} ${SIDE}" style="width:100%;height:auto;overflow:hidden" role="img" aria-label="${says}">
      ${raw([...cells, ...contours, ...lines].join('\n'))}
    </svg>
    <p class="axis" style="margin-left:0">offsets from ${short(-reach)} to ${short(reach)}; more color is a larger loss, from ${short(sorted[0] ?? 0)} to ${short(sorted.at(-1) ?? 0)}</p>
  </figure>`;
}

function losses({ paths }: LossSurface): Html | undefined {
  const figure = plot({
    title: 'Loss',
    x: 'step',
    format: short,
    series: paths.map(({ optimizer, points }) => ({
      name: optimizer,
      color: COLORS[optimizer],
      points: points.map(({ loss }, step) => [step, loss] as const),
    })),
  });
  return (
    figure &&
    html`${figure}<p class="note">Learning rates: ${paths
      .map(({ optimizer, learningRate }) => `${optimizer} ${short(learningRate)}`)
      .join(
        ', ',
      )}, chosen by the slope at the start so that first steps are alike (momentum's a third, since they add
      up; 0.9 of each is kept). They are far from those of a training, in which all weights move a little.</p>`
  );
}

/**
 * The line on which a grid has one value, as an SVG path of short strokes: marching squares.
 * Lorensen and Cline 1987, doi.org/10.1145/37402.37422, in two dimensions.
 * @param cell - Distance of two points; row 0 is at the bottom.
 */
export function contour(grid: readonly (readonly number[])[], level: number, cell: number): string {
  const height = (grid.length - 1) * cell;
  const strokes: string[] = [];
  for (let r = 0; r + 1 < grid.length; r++)
    for (let c = 0; c + 1 < (grid[r]?.length ?? 0); c++) {
      const corners = [
        [c, r],
        [c + 1, r],
        [c + 1, r + 1],
        [c, r + 1],
      ] as const;
      const crossings = corners.flatMap(([x0, y0], i) => {
        const [x1, y1] = corners[(i + 1) % 4] ?? [0, 0];
        const [a, b] = [grid[y0]?.[x0] ?? 0, grid[y1]?.[x1] ?? 0];
        if (a < level === b < level) return [];
        const share = (level - a) / (b - a);
        const x = (x0 + (x1 - x0) * share) * cell;
        const y = height - (y0 + (y1 - y0) * share) * cell;
        return [`${x.toFixed(1)} ${y.toFixed(1)}`];
      });
      // Two crossings are one stroke; four are a saddle, whose two strokes may be joined either way.
      for (let i = 0; i + 1 < crossings.length; i += 2) strokes.push(`M${crossings[i]}L${crossings[i + 1]}`);
    }
  return strokes.join('');
}
