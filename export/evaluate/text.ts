// An evaluation in words and a table, for the terminal.
import { counted } from '../../models/counted.ts';
import { visible } from '../../models/printable.ts';
import { classTableText } from '../../train/report/class-figures.ts';
import { plainPercent } from '../../train/report/format.ts';
import type { Evaluation } from './index.ts';

/** Classes and pictures that are printed; the page and --json have all. */
const MOST_CLASSES = 40;
const MOST_WORST = 5;

export function evaluationInWords(evaluation: Evaluation): string {
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
    ...(problems.length > 0
      ? [
          `${counted(problems.length, 'file')} left out, such as ${visible(problems[0]?.path ?? '')}: ${problems[0]?.reason}`,
        ]
      : []),
  ].join('\n');
}
