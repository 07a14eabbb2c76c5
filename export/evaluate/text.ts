// An evaluation in words and a table, for the terminal.
import { counted } from '../../models/counted.ts';
import { visible } from '../../models/printable.ts';
import { classTableText } from '../../train/report/class-figures.ts';
import { plainPercent } from '../../train/report/format.ts';
import { type Evaluation, isOfTargets, type TargetEvaluation } from './index.ts';

/** Classes and pictures that are printed; the page and --json have all. */
const MOST_CLASSES = 40;
const MOST_WORST = 5;

export function evaluationInWords(evaluation: Evaluation | TargetEvaluation): string {
  return isOfTargets(evaluation) ? targetsInText(evaluation) : singleInText(evaluation);
}

function targetsInText({
  name,
  folder,
  decides,
  labels,
  figures,
  worst,
  problems,
}: TargetEvaluation): string {
  const { n, loss } = figures;
  const rows =
    figures.task === 'multi'
      ? figures.each.map(({ n: own, averagePrecision, precision, recall, f1 }, k) => [
          ...[labels[k] ?? '', String(own), averagePrecision?.toFixed(4) ?? '–'],
          ...[plainPercent(precision), plainPercent(recall), f1.toFixed(4)],
        ])
      : labels.map((label, k) => [
          ...[label, short(figures.meanAbsoluteError[k]), short(figures.rootMeanSquareError[k])],
          ...[figures.r2[k]?.toFixed(4) ?? '–', String(figures.outside[k] ?? 0)],
        ]);
  const heads =
    figures.task === 'multi'
      ? ['label', 'pictures', 'AP', 'precision', 'recall', 'F1']
      : ['number', 'MAE', 'RMSE', 'R2', 'outside'];
  return [
    `${name} on ${counted(n, 'picture')} of ${folder}. ${decides}`,
    figures.task === 'multi'
      ? `Mean average precision ${figures.meanAveragePrecision.toFixed(4)}, mean F1 ${figures.f1.toFixed(4)}, whole sets right ${plainPercent(figures.exact)}; loss ${loss.toPrecision(4)}.`
      : `Mean absolute error ${figures.meanAbsoluteError.map(short).join(', ')}, R2 ${figures.r2.map((value) => value.toFixed(4)).join(', ')}; "outside" are those beyond what was trained on.`,
    ...columns([heads, ...rows.slice(0, MOST_CLASSES)]),
    ...(rows.length > MOST_CLASSES ? [`  ... and ${rows.length - MOST_CLASSES} more`] : []),
    'Worst pictures:',
    ...worst
      .slice(0, MOST_WORST)
      .map((each) => `  ${visible(each.path)}: ${visible(each.answer)}, is ${visible(each.expected)}`),
    ...leftOut(problems),
  ].join('\n');
}

/** Cells in columns, the first of them from the left. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([first = '']) => first.length));
  return rows.map(
    ([first = '', ...others]) =>
      `  ${visible(first).padEnd(width)}${others.map((cell) => cell.padStart(11)).join('')}`,
  );
}

function leftOut(problems: Evaluation['problems']): string[] {
  return problems.length > 0
    ? [
        `${counted(problems.length, 'file')} left out, such as ${visible(problems[0]?.path ?? '')}: ${problems[0]?.reason}`,
      ]
    : [];
}

/** Four digits. */
const short = (value = Number.NaN) => String(Number(value.toPrecision(4)));

function singleInText(evaluation: Evaluation): string {
  const { name, folder, decides, labels, figures, worst, problems } = evaluation;
  const { n, wrong, errorRate, interval, classes, loss, balancedAccuracy, f1, calibrationError } = figures;
  const shown = classes.filter((each) => each.n > 0);
  return [
    `${name} on ${counted(n, 'picture')} of ${folder}. ${decides}`,
    `Error ${plainPercent(errorRate)} (${wrong} wrong; 95 % interval ${plainPercent(interval[0])} to ${plainPercent(interval[1])}), loss ${loss.toPrecision(4)}.`,
    `Balanced accuracy ${plainPercent(balancedAccuracy)}, mean F1 ${plainPercent(f1)}; confidence and accuracy are ${plainPercent(calibrationError)} apart.`,
    ...(shown.length < labels.length
      ? [`${shown.length} of the model's ${labels.length} classes have pictures: the means are of those.`]
      : []),
    ...classTableText(shown.slice(0, MOST_CLASSES)),
    ...(shown.length > MOST_CLASSES ? [`  ... and ${shown.length - MOST_CLASSES} more`] : []),
    'Worst pictures:',
    ...worst
      .slice(0, MOST_WORST)
      .map(
        (each) =>
          `  ${visible(each.path)}: ${visible(each.answer)} ${plainPercent(each.probability)}, is ${visible(each.label)} ${plainPercent(each.rightProbability)}`,
      ),
    ...leftOut(problems),
  ].join('\n');
}
