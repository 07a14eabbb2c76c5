// A sweep from its checked options to its end: measured, told, searched, drawn, and the best trial's command printed.
import { join } from 'node:path';
import { UserError } from '../../models/errors.ts';
import { printJsonLine } from '../../models/print-json.ts';
import { pythonReady } from '../../setup/libraries/python-on-demand.mjs';
import { checkRayAnswers } from '../../setup/libraries/ray-cluster.mjs';
import type { RecipeArguments } from '../cli/check-arguments.ts';
import { duration } from '../cli/duration.ts';
import { trainCommand, trainWords } from '../cli/go-on-command.ts';
import { catchSignals, INTERRUPTED } from '../cli/signals.ts';
import { writeWhole } from '../files/write-whole.ts';
import { plainPercent } from '../report/format.ts';
import { tryLock } from '../runs/lock.ts';
import { runCommand } from '../runs/run-command.ts';
import type { AskedSweep } from './asked.ts';
import { type Cost, measureCost } from './cost.ts';
import { firstWeights } from './first-weights.ts';
import { sweepPage } from './page.ts';
import { type SearchEnd, search, type Trial } from './search.ts';
import { createSweep, findSweep, type Search, type SweepFolder } from './sweep-folder.ts';
import { bestOf, lastLine, numberOf, planInWords, trialTable } from './table.ts';

const say = (line: string) => console.log(line);

/** Options of the search, which are none of its trainings. */
const OWN = ['fresh', 'plan', 'json', 'seeds', 'trials', 'on', 'at-once', 'cores', 'prune'];

/**
 * Searches what is asked for, and goes on with the same search where it was begun before.
 * @throws UserError where another process searches in its folder, or nothing can be trained
 */
export async function sweep(asked: AskedSweep, args: RecipeArguments): Promise<void> {
  const { trials, place } = asked;
  const signals = catchSignals();
  try {
    if (place.on !== 'local') await checkRayAnswers(place.on);
    const searched = searchOf(asked, args);
    const before = args.fresh === true ? undefined : findSweep(asked.training.runs, searched);
    const spec = before?.spec ?? {
      ...searched,
      ...haltingOf(searched, await measure(asked, signals.signal)),
    };
    if (args.plan === true)
      return say(planInWords(before ?? { name: `of ${spec.name}`, path: '', spec }, trials, place));
    const python = await pythonReady(place.on === 'local' ? 'optuna' : 'ray');
    const folder = before ?? createSweep(asked.training.runs, spec);
    if (before !== undefined) say(`Going on with ${before.name} (--fresh starts over).`);
    say(planInWords(folder, trials, place));
    const unlock = lock(folder);
    try {
      await searchIn(folder, python, asked, args, signals.signal);
    } finally {
      unlock();
    }
  } catch (error) {
    if (!signals.signal.aborted || error instanceof UserError) throw error;
    say('Interrupted before the first trial.');
    process.exitCode = INTERRUPTED;
  } finally {
    signals.close();
  }
}

function measure(asked: AskedSweep, signal: AbortSignal): Promise<Cost> {
  say('Measuring how long a training takes here. Its weights are not kept.');
  const options = Object.entries(asked.middle).filter(([, value]) => typeof value !== 'object');
  return measureCost({ ...Object.fromEntries(options), runs: asked.training.runs }, signal);
}

function searchOf({ space, seeds, training, prune }: AskedSweep, args: RecipeArguments): Search {
  const { subject, seed, from, runs } = training;
  const weights = from === undefined ? {} : { from: firstWeights(from, runs) };
  const left = [...OWN, ...space.map(({ option }) => option)];
  const name = subject.kind === 'recipe' ? subject.name : nameOfPath(subject);
  return {
    name,
    // With a number of seeds a run that is done already is not trained again.
    words: [...trainWords(training, { ...args, ...weights }, left), '--seeds', String(seeds), '--no-live'],
    space: [...space],
    seeds,
    seed: Math.abs(seed ?? 1),
    pruned: prune,
  };
}

function nameOfPath(subject: AskedSweep['training']['subject']): string {
  const path = 'path' in subject ? subject.path : 'model';
  const last = path.split('/').at(-1) ?? '';
  return last.replace(/\.[^.]*$/, '').replace(/[^\w-]+/g, '-') || 'sweep';
}

/** Of every `FACTOR` trials that come to a rung, one goes on (Li and others, https://arxiv.org/abs/1810.05934). */
const FACTOR = 3;

function haltingOf(
  { space, pruned }: Search,
  { seconds, epochs }: Cost,
): Pick<SweepFolder['spec'], 'prune' | 'epochs' | 'seconds'> {
  const compares = pruned && epochs >= FACTOR && space.every(({ option }) => option !== 'epochs');
  const from = Math.max(1, Math.round(epochs / FACTOR ** 2));
  return { seconds, epochs, prune: compares ? { from, factor: FACTOR } : null };
}

/** @throws UserError when another process searches there */
function lock(folder: SweepFolder): () => void {
  const unlock = tryLock({ name: folder.name, folder: folder.path, last: '' });
  if (unlock !== undefined) return unlock;
  throw new UserError(`Another process searches in ${folder.path}. Wait for it, or stop it first.`);
}

async function searchIn(
  folder: SweepFolder,
  python: string,
  asked: AskedSweep,
  args: RecipeArguments,
  signal: AbortSignal,
): Promise<void> {
  const { spec, path } = folder;
  const page = join(path, 'sweep.html');
  const table = trialTable(spec.space);
  const ended: Trial[] = [];
  const commandOf = ({ values }: Trial) => trainCommand(asked.training, { ...args, ...values }, OWN);
  const draw = (importance: SearchEnd['importance']) => {
    const best = bestOf(ended);
    writeWhole(
      page,
      sweepPage({ folder, trials: ended, asked: asked.trials, importance, command: best && commandOf(best) }),
    );
  };
  draw(null);
  say(`Page: ${page}`);
  say(table.head);
  const end = await search({
    python,
    folder: path,
    trials: asked.trials,
    place: asked.place,
    signal,
    onTrial(trial) {
      ended.push(trial);
      say(table.row(trial));
      if (args.json === true) printJsonLine(trial);
      draw(null);
    },
  });
  draw(end.importance);
  const best = bestOf(ended);
  if (args.json === true) printJsonLine({ ...end, trials: ended.length, best: best ?? null, page });
  if (best !== undefined) for (const line of bestInWords(best, commandOf(best))) say(line);
  finish(folder, ended, end);
}

function bestInWords(best: Trial & { readonly error: number }, command: string): string[] {
  const [run] = best.runs;
  return [
    `Best: trial ${numberOf(best.trial)}, error rate ${plainPercent(best.error)}. Its training once more: ${command}`,
    ...(run === undefined
      ? []
      : [`Its model: ${runCommand('export', { folder: run }, [run.split('/').at(-1) ?? ''])}`]),
  ];
}

/** Says how it ended; sets the exit status. @throws UserError where it could not go on */
function finish({ name }: SweepFolder, ended: readonly Trial[], { interrupted, stopped }: SearchEnd): void {
  const count = (state: Trial['state']) => ended.filter((trial) => trial.state === state).length;
  const seconds = ended.reduce((sum, trial) => sum + trial.seconds, 0);
  const states = `${count('done')} done, ${count('pruned')} pruned, ${count('diverged')} diverged, ${count('failed')} failed, ${duration(seconds)} of training`;
  if (stopped !== null) throw new UserError(`${name} cannot go on: ${stopped}`);
  if (interrupted) {
    say(`Interrupted and saved: ${states}. The same command goes on.`);
    process.exitCode = INTERRUPTED;
    return;
  }
  say(`${name} is done: ${states}.`);
  if (ended.length > 0 && count('done') === 0)
    throw new UserError(
      `No trial was trained to its end. The last one: ${lastLine(ended.at(-1)?.words ?? '')}`,
    );
}
