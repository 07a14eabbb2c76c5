// The evaluation of a model of several labels or of numbers as a page, in the style of the reports.
import { fileName } from '../../train/report/file-name.ts';
import { many, percent, short, whole } from '../../train/report/format.ts';
import { type Html, html } from '../../train/report/html.ts';
import { labelTable } from '../../train/report/label-table.ts';
import { numberFigures } from '../../train/report/number-figures.ts';
import { renderPage } from '../../train/report/page.ts';
import { precisionRecallPlot } from '../../train/report/precision-recall.ts';
import { tile } from '../../train/report/tile.ts';
import type { TargetsWithPictures } from './index.ts';

type Hero = readonly [what: string, value: string, more: string];

export function targetPage(evaluation: TargetsWithPictures): string {
  const { name, folder, decides, figures, sheet } = evaluation;
  return renderPage({
    title: `${name} on ${folder}`,
    head: html`<header>
      <p class="over">${folder}</p>
      <h1>${name}</h1>
      <p class="lead">Asked for ${many(figures.n, 'labeled picture')}. ${decides}</p>
      <dl class="hero">${heroOf(evaluation).map(([what, value, more]) => html`<div><dt>${what}</dt><dd>${value}</dd><dd class="quiet">${more}</dd></div>`)}</dl>
    </header>`,
    parts: [...partsOf(evaluation), { id: 'worst', title: 'Worst pictures', body: worstTargets(evaluation) }],
    sheets: [sheet],
  });
}

function heroOf({ figures, labels }: TargetsWithPictures): Hero[] {
  const { n, loss } = figures;
  const pictures: Hero = [
    'pictures',
    whole(n),
    `${labels.length} ${figures.task === 'multi' ? 'labels' : 'numbers'}`,
  ];
  if (figures.task === 'multi')
    return [
      ['mean average precision', figures.meanAveragePrecision.toFixed(4), 'of labels with pictures'],
      pictures,
      ['mean F1', figures.f1.toFixed(4), 'at the thresholds of the file'],
      ['whole sets right', percent(figures.exact), 'every label right'],
      ['loss', short(loss), 'mean binary cross-entropy'],
    ];
  const first = labels.length > 1 ? `of ${labels[0]}` : 'in its units';
  const outside = figures.outside.reduce((sum, count) => sum + count, 0);
  return [
    ['mean absolute error', short(figures.meanAbsoluteError[0] ?? Number.NaN), first],
    pictures,
    ['R²', (figures.r2[0] ?? Number.NaN).toFixed(4), labels.length > 1 ? first : 'share of the variance'],
    ['outside', whole(outside), 'numbers beyond what was trained on'],
  ];
}

function partsOf({ figures, labels, plots }: TargetsWithPictures) {
  if (figures.task === 'regression')
    return [
      {
        id: 'numbers',
        title: 'Numbers',
        body: numberFigures({ ...plots, count: labels.length }, labels),
      },
    ];
  const { thresholds, each } = figures;
  return [
    { id: 'labels', title: 'Labels', body: labelTable({ thresholds, each, all: figures }, labels) },
    {
      id: 'precision-recall',
      title: 'Precision and recall',
      body: precisionRecallPlot(plots.precisionRecall),
    },
  ];
}

function worstTargets({ worst, sheet }: TargetsWithPictures): Html {
  return html`<ul class="tiles">${worst.map(
    ({ path, expected, answer, loss }, i) => html`<li>
      ${tile(sheet, i, `${path}: ${expected}`)}
      <p><b class="${answer === expected ? '' : 'wrong'}">${answer}</b></p>
      <p>is <b>${expected}</b></p>
      <p class="quiet">loss ${short(loss)} · ${fileName(path)}</p>
    </li>`,
  )}</ul>
  <p class="note">Those with the largest loss, as the model gets them. A wrong label may be the reason: look at the file.</p>`;
}
