// The activations of several runs side by side: a row for each layer, a column for each run.
import { percent, short } from '../report/format.ts';
import { type Html, html } from '../report/html.ts';
import { renderPage } from '../report/page.ts';
import { histogramFigure } from '../report/sections/activations.ts';
import type { ActivationStatistics, LayerStatistics } from './statistics.ts';

/** @returns The page as HTML. The runs may have different networks: a row then goes by its number. */
export function histogramsPage(runs: readonly ActivationStatistics[]): string {
  const rows = Math.max(...runs.map(({ layers }) => layers.length));
  const grid = `display:grid;gap:.5rem 2rem;grid-template-columns:repeat(${runs.length},minmax(0,1fr))`;
  const parts = Array.from({ length: rows }, (_, i) => ({
    id: `layer-${i + 1}`,
    title: runs.map(({ layers }) => layers[i]?.start.layer).find((name) => name !== undefined) ?? '',
    body: html`<div style="${grid}">${runs.map(({ recipe, layers }) => cell(recipe, layers[i]))}</div>`,
  }));
  return renderPage({
    title: 'Activations',
    head: html`<header>
      <p class="over">${runs.map(({ run }) => run).join(', ')}</p>
      <h1>What the layers compute</h1>
      <p class="lead">Every layer's values before its activation, over ${runs[0]?.images ?? 0} ${runs[0]?.heldOut ?? 'test'} pictures: as the weights were drawn
      (brown) and after training (blue). σ is the standard deviation. A variance that is multiplied from layer to layer explodes, one
      that is divided vanishes; a dead unit is at or below zero for every picture.</p>
    </header>`,
    parts: [...parts, { id: 'table', title: 'In numbers', body: table(runs, rows) }],
  });
}

function cell(recipe: string, layer: LayerStatistics | undefined): Html {
  if (layer === undefined) return html`<div></div>`;
  return html`<div><h3>${recipe}</h3>${histogramFigure(layer.start, 4)}${histogramFigure(layer.end, 1)}</div>`;
}

function table(runs: readonly ActivationStatistics[], rows: number): Html {
  const lines = runs.flatMap(({ recipe, layers }) =>
    layers
      .slice(0, rows)
      .flatMap(({ start, end, ratio }) => [
        html`<tr><td class="text">${recipe}</td><td class="text">${start.layer}</td><td class="text">as drawn</td><td>${short(start.low)}</td><td>${short(start.high)}</td><td>${short(start.deviation)}</td><td>${ratio ? short(ratio.start) : '–'}</td><td>${start.activation ? percent(start.dead, 0) : '–'}</td></tr>`,
        html`<tr><td></td><td></td><td class="text">trained</td><td>${short(end.low)}</td><td>${short(end.high)}</td><td>${short(end.deviation)}</td><td>${ratio ? short(ratio.end) : '–'}</td><td>${end.activation ? percent(end.dead, 0) : '–'}</td></tr>`,
      ]),
  );
  return html`<div class="scroll"><table class="numbers"><thead><tr><th scope="col" class="text">recipe</th><th scope="col" class="text">layer</th><th scope="col" class="text">weights</th><th scope="col">smallest</th><th scope="col">largest</th><th scope="col">σ</th><th scope="col">variance ×</th><th scope="col">dead</th></tr></thead><tbody>${lines}</tbody></table></div>`;
}
