// A run that is resumed: with the epochs that it has, or with others, and what that does to its learning rate.

import { existsSync } from 'node:fs';
import { counted } from '../../models/counted.ts';
import { UserError } from '../../models/errors.ts';
import { spansOf } from '../loop/spans.ts';
import { type ScheduleDefinition, scheduleAt } from '../optimizers/schedules/index.ts';
import { registryOf } from '../project/registry-of.ts';
import { type Recipe, stepsOf } from '../recipes/index.ts';
import { lengthened } from '../recipes/lengths.ts';
import { many } from '../report/format.ts';
import { hasEndedEarly } from '../runs/patience.ts';
import { isFinished, type Run, readLast, readRecipe } from '../runs/run.ts';
import { runCommand } from '../runs/run-command.ts';

export interface GoingOn {
  readonly recipe: Recipe;
  /** Whether nothing is left to train. */
  readonly isDone: boolean;
  /** What other epochs change, in words; the run has not been given them yet. */
  readonly change?: string;
}

/**
 * How a run goes on.
 * @param epochs - In all, those that are done among them; undefined for those of its recipe.
 * @throws UserError when the run has trained as many already.
 */
export async function goingOn(run: Run, epochs: number | undefined): Promise<GoingOn> {
  const recipe = readRecipe(run);
  if (epochs === undefined) return { recipe, isDone: isFinished(run) };
  if (!existsSync(run.last)) {
    const other = lengthened(recipe, epochs, 0);
    return {
      recipe: other,
      isDone: false,
      change: `${run.name} has trained nothing yet: ${many(epochs, 'epoch')} in all.`,
    };
  }
  const { progress } = readLast(run);
  const { step, stepsPerEpoch } = progress;
  // What patience has ended goes on where epochs are asked for, and has patience anew.
  const isSame = stepsOf(recipe, stepsPerEpoch) === epochs * stepsPerEpoch;
  if (isSame && (step === epochs * stepsPerEpoch || !hasEndedEarly(recipe, progress)))
    return { recipe, isDone: isFinished(run) };
  const done = inEpochs(step / stepsPerEpoch);
  if (epochs * stepsPerEpoch <= step)
    throw new UserError(
      `${run.name} has trained ${done} already. --epochs counts all of a run: name more than that, such as \`${runCommand('train', run, ['--resume', run.name, '--epochs', String(2 * Math.ceil(step / stepsPerEpoch))])}\`.`,
    );
  const other = lengthened(recipe, epochs, step);
  const { schedules } = await registryOf(recipe);
  const change = changeInWords(run, [recipe, other], step, stepsPerEpoch, schedules);
  return { recipe: other, isDone: false, change };
}

function changeInWords(
  run: Run,
  [before, after]: readonly [Recipe, Recipe],
  step: number,
  stepsPerEpoch: number,
  known: readonly ScheduleDefinition[],
): string {
  const is = inEpochs(stepsOf(after, stepsPerEpoch) / stepsPerEpoch);
  const head = `${run.name} has trained ${inEpochs(step / stepsPerEpoch)}; it goes on to ${is} in all.`;
  const [last, rateAfter] = [
    ratesOf(before, stepsPerEpoch, known)(step - 1),
    ratesOf(after, stepsPerEpoch, known),
  ];
  const end = stepsOf(after, stepsPerEpoch);
  const rates = Array.from({ length: end - step }, (_, i) => rateAfter(step + i));
  const [first = last, final = last] = [rates[0], rates.at(-1)];
  const { name } = after.schedule;
  if (last === first && rates.every((rate) => rate === first))
    return `${head} Its learning rate stays ${short(first)} (schedule ${name}).`;
  const peak = rates.reduce((most, rate) => Math.max(most, rate), 0);
  const over = peak > first && peak > final ? `, over ${short(peak)},` : '';
  return `${head} Its learning rate was ${short(last)} at last. It goes on as a training of ${is} has it from there (schedule ${name}): from ${short(first)}${over} to ${short(final)}.`;
}

/** A function that gives the learning rate of the step after `done`. */
function ratesOf(
  recipe: Recipe,
  stepsPerEpoch: number,
  known: readonly ScheduleDefinition[],
): (done: number) => number {
  const spans = spansOf(recipe, stepsPerEpoch);
  return (done) => {
    const { schedule, from, to } = spans.find(({ until }) => done < until) ?? spans[0];
    return scheduleAt(schedule, (done - from) / (to - from), known).learningRate;
  };
}

function inEpochs(epochs: number): string {
  return counted(Number(epochs.toFixed(1)), 'epoch');
}

function short(rate: number): string {
  return String(Number(rate.toPrecision(2)));
}

/** What there is to say of a run that is resumed and has nothing left to train. */
export function doneInWords(run: Run): string {
  const { step, stepsPerEpoch } = readLast(run).progress;
  const epochs = Math.ceil(step / stepsPerEpoch);
  return [
    `${run.name} is done already: it has trained ${inEpochs(step / stepsPerEpoch)}.`,
    `More: ${runCommand('train', run, ['--resume', run.name, '--epochs', String(2 * epochs)])}`,
    `Its report once more: ${runCommand('report', run, [run.name])}`,
  ].join('\n');
}
