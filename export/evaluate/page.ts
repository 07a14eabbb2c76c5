// An evaluation as a page, in the style of the reports.
import { classTable } from '../../train/report/class-figures.ts';
import { confusionMatrix } from '../../train/report/confusion-matrix.ts';
import { fileName } from '../../train/report/file-name.ts';
import { many, percent, short, whole } from '../../train/report/format.ts';
import { type Html, html } from '../../train/report/html.ts';
import { renderPage } from '../../train/report/page.ts';
import { precisionRecallPlot } from '../../train/report/precision-recall.ts';
import { reliabilityPlot } from '../../train/report/reliability-plot.ts';
import { tile } from '../../train/report/tile.ts';
import type { Figures } from './figures.ts';
import { type EvaluatedWithPictures, isOfTargets, type TargetsWithPictures } from './index.ts';
import { targetPage } from './target-page.ts';

export function evaluationPage(evaluation: EvaluatedWithPictures | TargetsWithPictures): string {
  return isOfTargets(evaluation) ? targetPage(evaluation) : singlePage(evaluation);
}

function singlePage(evaluation: EvaluatedWithPictures): string {
  const { name, folder, decides, labels, figures, sheet } = evaluation;
  const { n, errorRate, interval, balancedAccuracy, f1, loss, calibrationError } = figures;
  const hero: [string, string, string][] = [
    ['error', percent(errorRate), `95 %: ${percent(interval[0])} to ${percent(interval[1])}`],
    ['pictures', whole(n), `${figures.wrong} wrong`],
    ['balanced accuracy', percent(balancedAccuracy), 'mean recall'],
    ['mean F1', percent(f1), 'of classes with pictures'],
    ['calibration', percent(calibrationError), 'confidence and accuracy apart'],
    ['loss', short(loss), 'mean cross-entropy'],
  ];
  return renderPage({
    title: `${name} on ${folder}`,
    head: html`<header>
      <p class="over">${folder}</p>
      <h1>${name}</h1>
      <p class="lead">Asked for ${many(n, 'labeled picture')}. ${decides}</p>
      <dl class="hero">${hero.map(([what, value, more]) => html`<div><dt>${what}</dt><dd>${value}</dd><dd class="quiet">${more}</dd></div>`)}</dl>
    </header>`,
    parts: [
      { id: 'classes', title: 'Classes', body: classTable(figures.classes) },
      { id: 'confusion', title: 'Confusions', body: confusionMatrix(figures.confusion, labels, 'pictures') },
      {
        id: 'precision-recall',
        title: 'Precision and recall',
        body: precisionRecallPlot(evaluation.plots.precisionRecall),
      },
      { id: 'calibration', title: 'Calibration', body: calibration(figures) },
      { id: 'worst', title: 'Worst pictures', body: worstPictures(evaluation) },
    ],
    sheets: [sheet],
  });
}

function calibration({ reliability, calibrationError }: Figures): Html {
  return html`${reliabilityPlot([{ name: 'this model', bins: reliability }])}
  <p>Confidence and accuracy are ${percent(calibrationError, 1)} apart on the average, over 15 equal bins of the confidence.</p>`;
}

function worstPictures({ worst, sheet }: EvaluatedWithPictures): Html {
  return html`<ul class="tiles">${worst.map(
    ({ path, label, answer, probability, rightProbability, loss }, i) => html`<li>
      ${tile(sheet, i, `${path}: ${label}`)}
      <p><b class="${answer === label ? '' : 'wrong'}">${answer}</b> ${percent(probability, 0)}</p>
      <p>is <b>${label}</b> ${percent(rightProbability, 1)}</p>
      <p class="quiet">loss ${short(loss)} · ${fileName(path)}</p>
    </li>`,
  )}</ul>
  <p class="note">Those with the largest loss, as the model gets them. A wrong label may be the reason: look at the file.</p>`;
}
