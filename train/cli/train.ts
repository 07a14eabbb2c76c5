// Last step from the command line to a run: trains, with a bar and a live report, and prints how it ended.
import { heldOutOf, heldOutTitle } from '../../models/held-out.ts';
import { fetchPretrained } from '../architectures/pretrained.ts';
import type { DataDigests } from '../datasets/digests.ts';
import { dataInWords } from '../datasets/folder/findings-in-words.ts';
import { recipeOfFold } from '../folds/fold-recipes.ts';
import { predictFold, writeOutOfFold } from '../folds/out-of-fold.ts';
import {
  environmentOf,
  type TrainObserver,
  type TrainSettings,
  trainChosen,
} from '../library/train-chosen.ts';
import type { FitResult } from '../loop/fit.ts';
import { checkFits } from '../loop/training.ts';
import { watchAll } from '../loop/watcher.ts';
import type { Recipe } from '../recipes/index.ts';
import { loadDataOf } from '../recipes/load-data.ts';
import { reportComparison } from '../report/compare/report.ts';
import { clock } from '../report/format.ts';
import { reportPath } from '../report/index.ts';
import { watchInTerminal } from '../report/terminal.ts';
import { bestOf, type TestResults } from '../runs/checkpoint.ts';
import { lockRun, tryLock } from '../runs/lock.ts';
import { createRun, findFinished, findUnfinished, type Run, readLast, readRecipe } from '../runs/run.ts';
import { runCommand } from '../runs/run-command.ts';
import { decidingInWords, measuresOf } from '../tasks/words.ts';
import { reportResume } from '../verify/report.ts';
import type { Asked } from './check-arguments.ts';
import { type Choice, chooseRun, lockAndTell } from './choose-run.ts';
import { doneInWords } from './go-on.ts';
import { printEnd, printEpochs } from './json-lines.ts';
import { describePlan, describeTasks, measurePace, planOf } from './plan.ts';
import { once, recipeOfArguments } from './recipe-of-arguments.ts';
import { catchSignals, INTERRUPTED, type Signals } from './signals.ts';

export interface TrainOptions extends TrainSettings {
  /** How many runs, one seed after the other. */
  readonly seeds: number;
  /** How many runs, one fold after the other. */
  readonly folds: number;
  /** Does not train a run again that is done already. */
  readonly orDone: boolean;
  /** Prints JSON lines. */
  readonly json: boolean;
  /** The command that goes on where `run` was interrupted. */
  again(run: Run): string;
}

/** Trains what is asked for, with one seed after another where several are, and prints how it ended. */
export async function train(asked: Asked, options: TrainOptions): Promise<void> {
  const { seeds, folds, orDone, json } = options;
  const isOneOfMany = seeds > 1 || folds > 1;
  const signals = catchSignals();
  try {
    signals.onSignal(sayWhatIsKept);
    const choice = await chooseRun(asked, orDone, { say });
    const first =
      choice.isDone && choice.run
        ? doneAlready(choice.run, isOneOfMany, json)
        : await trainChoice(choice, asked, options, signals);
    choice.unlock?.();
    if (isOneOfMany && first.finished) await trainOthers(choice, first, asked, options, signals);
  } finally {
    signals.close();
  }
}

const say = (line: string) => console.log(line);

/** Prints how long it will take, by this machine alone or by several tasks, and trains nothing. */
export async function showPlan(asked: Asked, tasks = 1): Promise<void> {
  const { recipes, data } = await recipeOfArguments(asked, { say });
  const [recipe] = recipes;
  await fetchPretrained(recipe);
  const dataset = await data();
  checkFits(recipe, dataset);
  for (const line of dataInWords(dataset, recipe)) say(line);
  const pace = await measurePace(recipe, dataset, { say });
  const plan = planOf(recipe, pace, Math.floor(dataset.train.n / recipe.batchSize));
  say(describePlan(recipe, pace, plan));
  if (tasks > 1) say(describeTasks(tasks, pace, plan));
}

/** Proves that killing the training changes nothing. */
export async function verify(asked: Asked, steps: number, kills: number): Promise<void> {
  const { recipes } = await recipeOfArguments(asked, { say });
  if (!(await reportResume(recipes[0], steps, kills))) process.exitCode = 1;
}

interface Ended {
  readonly run: Run;
  readonly recipe: Recipe;
  readonly finished: boolean;
}

/** Trains what was chosen, or goes on with it, and prints how it ended. */
async function trainChoice(
  choice: Choice,
  asked: Asked,
  options: TrainOptions,
  signals: Signals,
): Promise<Ended> {
  const { run, recipe, result, seconds } = await trainChosen(
    choice,
    asked,
    options,
    observerOf(signals, options.json),
  );
  say(summary(run, recipe, result, seconds, options));
  if (options.json) printEnd(run, result, seconds);
  if (!result.finished) process.exitCode = INTERRUPTED;
  return { run, recipe, finished: result.finished };
}

/** Watches with a bar and a table; the first Ctrl-C saves and ends, the second one ends at once. */
function observerOf(signals: Signals, json: boolean): TrainObserver {
  return {
    say,
    warn: (line) => console.error(line),
    signal: signals.signal,
    onLock: signals.hold,
    onStage(stage, run) {
      if (stage === 'preparing') signals.onSignal(sayWhatIsKept);
      if (stage === 'training') signals.onSignal(undefined);
      if (stage === 'reporting' && run !== undefined) signals.onSignal(() => sayWhatIsTrained(run));
    },
    watch({ run, recipe, epochs }) {
      const heldOut = heldOutOf(recipe);
      const terminal = watchInTerminal(recipe, Math.ceil(epochs), heldOut);
      return {
        ...watchAll([terminal, ...(json ? [printEpochs(run, heldOut)] : [])]),
        stop: terminal.stop,
      };
    },
  };
}

function sayWhatIsKept(): void {
  say('Interrupted before training: what was prepared of the data is kept.');
}

function sayWhatIsTrained(run: Run): void {
  say(
    `Interrupted. ${run.name} is trained and saved; its report is not complete: ${runCommand('report', run, [run.name])}`,
  );
}

function doneAlready(run: Run, isOneOfMany: boolean, json: boolean): Ended {
  const recipe = readRecipe(run);
  say(isOneOfMany ? `${run.name} is done already: ${drawInWords(recipe)}.` : doneInWords(run));
  if (json) {
    const { history, step, tested } = readLast(run).progress;
    printEnd(run, { finished: true, step, history, best: bestOf(history), tested }, 0);
  }
  return { run, recipe, finished: true };
}

function drawInWords({ seed, folder }: Recipe): string {
  return folder?.fold === undefined ? `seed ${seed}` : `fold ${folder.fold.at} of ${folder.fold.of}`;
}

/**
 * Trains the recipe of `first` with the seeds or folds after its own, those that are not done yet, and compares the runs; of folds
 * what each answers to the pictures that validated it is written, too.
 */
async function trainOthers(
  choice: Choice,
  first: Ended,
  asked: Asked,
  options: TrainOptions,
  signals: Signals,
): Promise<void> {
  const { runs: folder, fresh } = asked;
  const { seeds, folds, json } = options;
  const runs = [first.run];
  const predictions = folds > 1 ? [await predictFold(first.run, await choice.data())] : [];
  const { change: _change, unlock: _unlock, ...common } = choice;
  for (let i = 1; i < Math.max(seeds, folds); i++) {
    const recipe =
      folds > 1 ? recipeOfFold(first.recipe, i + 1) : { ...first.recipe, seed: first.recipe.seed + i };
    // A seed changes no data.
    const data = folds > 1 ? once(() => loadDataOf(recipe, undefined, { say })) : choice.data;
    const { digests } = await data();
    const done = fresh ? undefined : findFinished(folder, recipe, digests);
    const trained =
      done === undefined
        ? await trainClaimed(recipe, { ...common, data }, digests, asked, options, signals)
        : doneAlready(done, true, json);
    if (!trained.finished) return;
    runs.push(trained.run);
    if (folds > 1) predictions.push(await predictFold(trained.run, await data()));
  }
  say(await reportComparison(folder, runs));
  if (folds > 1) {
    const { path, text } = writeOutOfFold(folder, predictions);
    say(`${text}\nTable: ${path}`);
  }
}

/** Trains a recipe in a run of its own, or goes on with one that was interrupted. */
async function trainClaimed(
  recipe: Recipe,
  common: Pick<Choice, 'data' | 'weights'>,
  digests: DataDigests,
  asked: Asked,
  options: TrainOptions,
  signals: Signals,
): Promise<Ended> {
  const { run, unlock } = claimRun(asked, recipe, asked.fresh ? undefined : digests);
  return trainChoice({ ...common, recipe: readRecipe(run), run, unlock }, asked, options, signals);
}

/** The interrupted run of a recipe and data, none where those are left out, or a new one, locked: as many steps as the first, also where a budget has been measured for it. */
function claimRun(
  asked: Asked,
  recipe: Recipe,
  digests: DataDigests | undefined,
): { run: Run; unlock: () => void } {
  const unfinished = digests && findUnfinished(asked.runs, recipe, digests);
  const lock = unfinished && lockAndTell(unfinished, tryLock, say);
  if (unfinished !== undefined && lock !== undefined) return { run: unfinished, unlock: lock };
  let unlock = () => {};
  const run = createRun(asked.runs, recipe, environmentOf(asked), (claimed) => {
    unlock = lockRun(claimed);
  });
  return { run, unlock };
}

function summary(
  run: Run,
  recipe: Recipe,
  { finished, endedEarly, step, history, best, tested }: FitResult,
  seconds: number,
  { again, place, ended }: TrainOptions,
): string {
  if (!finished) {
    const others =
      place === undefined || ended !== undefined ? '' : '. All other tasks: the same commands as before';
    return `Interrupted and saved at step ${step}. Go on: ${again(run)}${others}`;
  }
  const last = history.at(-1);
  return [
    `Finished in ${clock(seconds)}.${last && best ? ` ${heldOutTitle(recipe)}: ${decidingInWords(last)} after the last epoch, best ${measuresOf(best)[0].text} (epoch ${best.epoch}).` : ''}`,
    ...(endedEarly
      ? [
          `Ended early: no epoch since was better (--patience ${recipe.patience}). On to more: ${runCommand('train', run, ['--resume', run.name, '--epochs', String(recipe.epochs)])}`,
        ]
      : []),
    ...(last?.tta ? [`With test-time augmentation: ${measuresOf(last.tta)[0].text}.`] : []),
    ...(tested ? [testedInWords(tested)] : []),
    `Report: ${reportPath(run)}`,
    `Next: ${runCommand('export', run, [run.name])}`,
  ].join('\n');
}

/** What pictures say that nothing was chosen by. */
function testedInWords({ best, last }: TestResults): string {
  const text = (of: TestResults['best']) =>
    measuresOf(of)[0].text + (of.tta ? ` (${measuresOf(of.tta)[0].text} over views)` : '');
  return `Test: ${decidingInWords(best)} of the best checkpoint${best.tta ? ` (${measuresOf(best.tta)[0].text} over views)` : ''}, ${text(last)} of the last one: ${best.n} images by which nothing was chosen.`;
}
