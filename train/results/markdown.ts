// RESULTS.md as text: tables of the lessons, the remedies, the circles and the folders, and the differences that are asked for.
import { wordsOf } from '../recipes/index.ts';
import {
  circleRows,
  folderRows,
  lessonRows,
  pairs,
  type Row,
  remedyRows,
  rows,
} from '../recipes/published.ts';
import { clock, points } from '../report/format.ts';
import { mean, welch } from '../report/statistics.ts';
import { accuracyInWords, type Outcome, outcomesOf } from './collect.ts';
import { type Finished, recipeOf } from './kept.ts';

/** The whole file. Equal runs give equal text: nothing depends on the time at which it is made. */
export function resultsMarkdown(runs: readonly Finished[]): string {
  const machines = [...new Set(rows.flatMap((row) => outcomesOf(row, runs)).flatMap((o) => o.machines))];
  return [
    '# Results',
    '',
    'Made by `npm run results` from the folders of finished runs, and from earlier runs that it keeps in',
    '[docs/results.jsonl](docs/results.jsonl). Do not edit this page. Accuracy and cost (the mean loss) are those of the',
    'test images after the last epoch, not the best one: mean ± standard deviation over n seeds. Wall time includes',
    'training and evaluations. Other work on the machine makes it longer; where that was much, the time that all epochs',
    'would have taken at the pace of the fastest one follows. A row without a run says "not run".',
    '',
    '## The lessons',
    '',
    ...table(lessonRows, runs, machines),
    '',
    '## The remedies',
    '',
    'On 10,000 pictures, `more-data` on 50,000; 2,500 steps, or fewer where the budget allows no more.',
    '',
    ...table(remedyRows, runs, machines, true),
    '',
    '## Counting circles',
    '',
    "With `--augment photo`, fastai's defaults, circles leave the frame and labels become wrong; without it none does.",
    '',
    ...table(circleRows, runs, machines),
    '',
    '## Folders of pictures',
    '',
    'Pictures of CIFAR-10, as `npm run photos` writes them: `--classes cat,dog --each 180 --valid 250 ./pets`, and',
    '`--classes all --each 500 --valid 200 ./ten`. No choice depends on the validation pictures. The published figures are',
    'for two classes of 180 photographs of other kinds, so compare the gain, not the accuracy itself.',
    '',
    ...table(folderRows, runs, machines),
    '',
    '## Differences',
    '',
    ...differences(runs),
    '',
    '## Machines',
    '',
    ...(machines.length === 0 ? ['None yet.'] : machines.map((machine, i) => `${i + 1}. ${machine}`)),
    '',
  ].join('\n');
}

const HEAD = ['command', 'published', 'aim', 'accuracy', 'cost', 'wall time', 'machine'];

/** @param atBudget - whether a row is done when it was run at a budget. */
function table(
  rows: readonly Row[],
  runs: readonly Finished[],
  machines: readonly string[],
  atBudget = false,
): string[] {
  const lines = rows.flatMap((row) => {
    const outcomes = outcomesOf(row, runs);
    const described = [commandOf(row), row.published, row.aim];
    const isRun = outcomes.some(({ budget }) => atBudget || budget === undefined);
    return [
      ...(isRun ? [] : [[...described, 'not run', '', '', '']]),
      ...outcomes.map((outcome) => cellsOf(row, outcome, machines)),
    ];
  });
  return [HEAD, HEAD.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
}

function cellsOf(row: Row, outcome: Outcome, machines: readonly string[]): string[] {
  const { errors, losses, ttaErrors, precisions } = outcome;
  const tta = ttaErrors.length === 0 ? '' : `; ${accuracyInWords(ttaErrors)} with test-time augmentation`;
  const numbers = outcome.machines.map((machine) => machines.indexOf(machine) + 1);
  const steps = outcome.budget === undefined ? '' : `, ${Math.round(outcome.steps)} steps`;
  return [
    commandOf(row, outcome.budget) + steps,
    row.published,
    row.aim,
    accuracyInWords(errors) + tta,
    short(mean(losses)),
    wallTime(outcome),
    `${numbers.join(', ')}, ${precisions.join(' and ')}`,
  ];
}

/** Above this share of the fastest pace a wall time says little of the training. */
const DISTURBED = 1.1;

function wallTime({ seconds, fastest }: Outcome): string {
  if (!Number.isFinite(seconds)) return 'not recorded';
  return seconds > DISTURBED * fastest
    ? `${clock(seconds)} (${clock(fastest)} at best pace)`
    : clock(seconds);
}

function differences(runs: readonly Finished[]): string[] {
  const lines = pairs.flatMap(([first, second]) =>
    outcomesOf(first, runs).flatMap((before) => {
      const after = outcomesOf(second, runs).find(({ budget }) => budget === before.budget);
      return after === undefined ? [] : [difference(first, second, before, after)];
    }),
  );
  return lines.length > 0 ? lines : ['None of the pairs has been run.'];
}

function difference(first: Row, second: Row, before: Outcome, after: Outcome): string {
  const subject = `- \`${wordsOfRow(second)}\` against \`${wordsOfRow(first)}\`${before.budget === undefined ? '' : ` at --budget ${budgetText(before.budget)}`}`;
  const steps =
    before.steps === after.steps
      ? ''
      : `, after ${Math.round(after.steps)} and ${Math.round(before.steps)} steps`;
  const gain = mean(before.errors) - mean(after.errors);
  return `${subject}: ${points(gain)} points of accuracy${steps} (n = ${after.errors.length} and ${before.errors.length}; ${judgment(before.errors, after.errors)}).`;
}

/** Whether the errors of two rows differ by more than chance. */
function judgment(before: readonly number[], after: readonly number[]): string {
  const test = welch(before, after);
  if (test !== undefined)
    return `95 % interval ${points(test.interval[0])} to ${points(test.interval[1])}, Welch's p = ${test.p.toPrecision(2)}: ${test.p < 0.05 ? 'more than chance' : 'may be chance'}`;
  return Math.min(before.length, after.length) < 2
    ? 'too few seeds to tell it from chance'
    : 'all seeds of each side have the same error';
}

/** As it is typed, options at their standard left in: a row says what it is. */
function commandOf(row: Row, budget?: number): string {
  const [name, ...options] = wordsOfRow(row).split(' ');
  const all = [...options, ...(budget === undefined ? [] : [`--budget ${budgetText(budget)}`])];
  return `\`npm run train ${name}${all.length > 0 ? ` -- ${all.join(' ')}` : ''}\``;
}

function wordsOfRow(row: Row): string {
  if (!row.recipe.startsWith('./')) return wordsOf(recipeOf(row));
  const options = Object.entries(row.options).map(([option, value]) => `--${option} ${value}`);
  return [row.recipe, ...options].join(' ');
}

/** As `--budget` takes it. */
function budgetText(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

function short(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(4)));
}
