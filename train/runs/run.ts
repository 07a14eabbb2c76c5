// A run: the folder of one training, runs/<number>-<recipe>/.
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import { makePath } from '../../setup/files/index.mjs';
import { command } from '../../setup/invocation.mjs';
import { changedSplit, type DataDigests } from '../datasets/digests.ts';
import { readJsonFile } from '../files/json.ts';
import { TEMPORARY, writeWhole } from '../files/write-whole.ts';
import { giveCode, takeCode } from '../project/kept-code.ts';
import { type Recipe, recipeDigest, resolveRecipe, stepsOf } from '../recipes/index.ts';
import { trainWords } from '../recipes/train-words.ts';
import { columnNames, measuresOf } from '../tasks/words.ts';
import { type Checkpoint, readCheckpoint, type TrainingProgress } from './checkpoint.ts';
import { isBeingTrained } from './lock.ts';
import { hasEndedEarly } from './patience.ts';
import { runCommand, runsWords } from './run-command.ts';

export interface Run {
  /** `0001-digits`. */
  readonly name: string;
  readonly folder: string;
  readonly last: string;
  readonly best: string;
}

function runAt(folder: string, name: string): Run {
  const own = join(folder, name);
  return { name, folder: own, last: join(own, 'last.safetensors'), best: join(own, 'best.safetensors') };
}

/** The runs in `folder`, oldest first. */
export function listRuns(folder: string): Run[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^\d{4,}-/.test(name) && existsSync(join(folder, name, 'recipe.json')))
    .sort((a, b) => numberOf(a) - numberOf(b))
    .map((name) => runAt(folder, name));
}

/**
 * Makes the folder of a new run and writes the recipe and `environment` into it.
 * @param claimed - Is called when the folder is there, and no other process can know of the run yet.
 */
export function createRun(
  folder: string,
  recipe: Recipe,
  environment: object,
  claimed: (run: Run) => void = () => {},
): Run {
  makePath(folder);
  const taken = readdirSync(folder).map(numberOf);
  for (let number = Math.max(0, ...taken) + 1; ; number++) {
    const run = runAt(folder, `${String(number).padStart(4, '0')}-${recipe.name}`);
    // The process that makes the folder has the number; another training may have been faster.
    if (!claim(run.folder)) continue;
    try {
      claimed(run);
      writeJson(join(run.folder, 'environment.json'), environment);
      if (recipe.module !== undefined) giveCode(run.folder, recipe.module);
      writeRecipe(run, recipe);
    } catch (error) {
      // A full disk, for example: nothing is left that looks like a run.
      rmSync(run.folder, { recursive: true, force: true });
      throw error;
    }
    return run;
  }
}

/** Writes what a run trains, whole or not at all. */
export function writeRecipe(run: Run, recipe: Recipe): void {
  writeJson(join(run.folder, 'recipe.json'), recipe);
}

/**
 * The run called `name`, or the newest that has a checkpoint.
 * @throws UserError when there is none; it says which there are, or how to make one.
 */
export function findRun(folder: string, name?: string): Run {
  const runs = listRuns(folder);
  if (name !== undefined) {
    const path = resolve(name);
    // Its whole path says where it is.
    if (name.includes('/') && existsSync(join(path, 'recipe.json')))
      return runAt(dirname(path), basename(path));
    const wanted = name.replace(/\/+$/, '').split('/').at(-1) ?? name;
    const run = runs.find((candidate) => candidate.name === wanted);
    if (run !== undefined) return run;
    const names = runs.map((candidate) => candidate.name);
    const guess = nearest(wanted, names);
    throw new UserError(
      `There is no run ${JSON.stringify(name)} in ${folder}. ${guess ? `Did you mean \`${guess}\`?` : `There are: ${names.join(', ') || 'none'}.`}`,
    );
  }
  const newest = runs.filter((run) => existsSync(run.last)).at(-1);
  if (newest === undefined)
    throw new UserError(
      `No run in ${folder} has a checkpoint yet. \`${command('train', ['digits', ...runsWords(folder)])}\` makes one.`,
    );
  return newest;
}

/**
 * The newest run of exactly this recipe, if it was interrupted and no process is training it.
 * @param data - Where they are given, runs of other data are passed over.
 */
export function findUnfinished(folder: string, recipe: Recipe, data?: DataDigests): Run | undefined {
  const run = newestOf(folder, recipe, data);
  if (run === undefined || isBeingTrained(run)) return undefined;
  return isFinished(run) ? undefined : run;
}

/** The newest run of exactly this recipe, and of these data where they are given, if it is done. */
export function findFinished(folder: string, recipe: Recipe, data?: DataDigests): Run | undefined {
  const run = newestOf(folder, recipe, data);
  return run !== undefined && isFinished(run) ? run : undefined;
}

/** The newest interrupted run of this recipe as other code of its module had it, which is not gone on with. */
export function findOfOtherCode(folder: string, recipe: Recipe): Run | undefined {
  const { module } = recipe;
  if (module === undefined) return undefined;
  return listRuns(folder).findLast((candidate) => {
    const read = recipeIfWhole(candidate);
    const before = read?.module;
    if (read === undefined || before?.path !== module.path || before.sha256 === module.sha256) return false;
    const same = wantedDigest({ ...read, module }) === wantedDigest(recipe);
    return same && !isFinished(candidate) && !isBeingTrained(candidate);
  });
}

function newestOf(folder: string, recipe: Recipe, data?: DataDigests): Run | undefined {
  const digest = wantedDigest(recipe);
  return listRuns(folder).findLast((candidate) => {
    const read = recipeIfWhole(candidate);
    if (read === undefined || wantedDigest(read) !== digest) return false;
    if (data === undefined || !existsSync(candidate.last)) return true;
    return changedSplit(readLast(candidate).progress.datasetDigests, data) === undefined;
  });
}

/** The recipe of a run; undefined where it is damaged, which is no reason not to train another one. */
function recipeIfWhole(run: Run): Recipe | undefined {
  try {
    return readRecipe(run);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Digest of what was asked for: the number of steps that fit a budget was measured, and would be another one now. */
function wantedDigest(recipe: Recipe): string {
  const { steps, ...asked } = recipe;
  return recipeDigest(recipe.budget === undefined ? recipe : asked);
}

/**
 * The checkpoint at which the run goes on.
 * @throws UserError when it is damaged, with what can be done instead.
 */
export function readLast(run: Run): Checkpoint {
  try {
    return readCheckpoint(run.last);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${error.message} ${recoveryAdvice(run)}`);
  }
}

/** The command that trains a run's recipe from the beginning, in a new run. */
export function startOverCommand(run: Run): string {
  return runCommand('train', run, [...trainWords(readRecipe(run), firstWeightsOf(run)), '--fresh']);
}

/** Where a run's first weights came from, as it was given; undefined where they were drawn. */
export function firstWeightsOf(run: Run): string | undefined {
  const path = join(run.folder, 'environment.json');
  return existsSync(path)
    ? readJsonFile(path, z.looseObject({ from: z.string().optional() })).from
    : undefined;
}

/** What to do about a run whose last checkpoint cannot be used: go on from the best one, or start over. */
export function recoveryAdvice(run: Run): string {
  const startOver = startOverCommand(run);
  try {
    const { step, stepsPerEpoch } = readCheckpoint(run.best).progress;
    return `The best checkpoint, of epoch ${step / stepsPerEpoch}, is whole: go on from there with \`${runCommand('train', run, ['--resume', run.name, '--from', 'best'])}\`, or start over with \`${startOver}\`.`;
  } catch {
    return `The run has no other checkpoint that can be used: start over with \`${startOver}\`.`;
  }
}

/**
 * Lets the run go on where its best checkpoint ends; the last one is kept as `last.safetensors.before`.
 * @throws UserError when the best checkpoint is missing or damaged.
 */
export function returnToBest(run: Run): void {
  readCheckpoint(run.best);
  const copy = `${run.last}.${process.pid}${TEMPORARY}`;
  copyFileSync(run.best, copy);
  if (existsSync(run.last)) renameSync(run.last, `${run.last}.before`);
  renameSync(copy, run.last);
}

/** Whether a run has taken all steps of its recipe, or its patience has ended it: its last checkpoint is of a shorter one where it was given more epochs. */
export function isFinished(run: Run): boolean {
  if (!existsSync(run.last)) return false;
  const { progress } = readLast(run);
  const recipe = readRecipe(run);
  return progress.step >= stepsOf(recipe, progress.stepsPerEpoch) || hasEndedEarly(recipe, progress);
}

/**
 * The recipe that a run was started with.
 * @throws UserError when its file is damaged, or this version cannot read the recipe.
 */
export function readRecipe(run: Run): Recipe {
  const path = join(run.folder, 'recipe.json');
  const recipe = readJsonFile(path, z.unknown());
  try {
    const read = resolveRecipe(recipe);
    if (read.module !== undefined) takeCode(run.folder, read.module);
    return read;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(`${path} cannot be read by this version of Trainyard. ${error.message}`);
  }
}

/**
 * Writes metrics.csv, a row of each epoch, and when a training has ended test.json; equal trainings write equal bytes.
 * @param heldOut - What the pictures are that each epoch is evaluated on.
 * @throws UserError when it cannot be written, for example because the disk is full.
 */
export function writeMetrics(
  run: Run,
  { history, tested }: Pick<TrainingProgress, 'history' | 'tested'>,
  heldOut: 'validation' | 'test',
): void {
  const lines = history.map((row) =>
    [
      row.epoch,
      row.step,
      row.trainLoss,
      row.validLoss,
      ...measuresOf(row).flatMap(({ values }) => values),
    ].join(),
  );
  const [first] = history;
  const names = first === undefined ? ['error_rate'] : measuresOf(first).flatMap(columnNames);
  const loss = heldOut === 'test' ? 'test_loss' : 'valid_loss';
  writeWhole(
    join(run.folder, 'metrics.csv'),
    [`epoch,step,train_loss,${loss},${names.join()}`, ...lines, ''].join('\n'),
  );
  if (tested !== undefined) writeJson(join(run.folder, 'test.json'), tested);
}

function claim(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function writeJson(path: string, value: object): void {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

function numberOf(name: string): number {
  return Number.parseInt(name, 10) || 0;
}
