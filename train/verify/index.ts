// Proves exact resume: trains a short stretch in one go and once more under kills, and compares what both leave.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moduleBeside } from '../../setup/modules/module.mjs';
import { type Child, startChild } from '../child.ts';
import { random } from '../random.ts';
import type { Recipe } from '../recipes/index.ts';
import { loadTrainingData } from '../recipes/load-data.ts';
import { trialOf } from '../recipes/recipe.ts';
import { listRuns } from '../runs/run.ts';
import { type ComparedFile, compareRunFiles } from './compare.ts';
import { reportSchema, type Stretch } from './stretch.ts';

export interface VerifyOptions {
  /** Steps in all, in two epochs. */
  steps: number;
  kills: number;
  /** Gets a line about each thing that happens. */
  log?(line: string): void;
  /** Aborting it kills the child at work. */
  signal?: AbortSignal;
}

export interface Verified {
  steps: number;
  /** How often the second training was killed, and the steps at which it was resumed. */
  kills: number;
  resumedAt: readonly number[];
  files: readonly ComparedFile[];
  identical: boolean;
  /** Whether one of these steps is in the middle of an epoch that is not the first. */
  isCovered: boolean;
}

const EPOCHS = 2;
const TEST_IMAGES = 200;

/** Few pictures are taken in smaller batches, so that an epoch has so many steps: with one, none can be cut in its middle. */
const LEAST_STEPS_PER_EPOCH = 4;

/** The second training saves about as often as this, so that there is something to lose and something to resume. */
const STEPS_PER_SAVE = 3;

/** A moment of a training: so long after a step was reported. */
interface Moment {
  step: number;
  milliseconds: number;
}

/**
 * Trains `recipe` on its first images without a pause, then again while it is killed by SIGKILL at random moments of
 * its course, drawn from the recipe's seed, and started again each time. Where none of them made it go on in the middle of
 * its second epoch, it is trained once more, with a checkpoint after every step, and dies in the middle of each. Uses a
 * temporary folder and removes it.
 */
export async function verifyResume(
  asked: Recipe,
  { steps: wanted, kills: wantedKills, log, signal }: VerifyOptions,
): Promise<Verified> {
  const { train } = await loadTrainingData(asked, undefined, { say: log, signal });
  const recipe = { ...asked, batchSize: batchFor(asked, train.n) };
  if (recipe.batchSize < asked.batchSize)
    log?.(
      `An epoch of ${train.n} pictures has too few batches of ${asked.batchSize} to be cut in its middle: for this, a batch has ${recipe.batchSize}.`,
    );
  const stepsPerEpoch = Math.min(Math.ceil(wanted / EPOCHS), Math.floor(train.n / recipe.batchSize));
  const steps = stepsPerEpoch * EPOCHS;
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-verify-'));
  const stretch = (name: string): Stretch => ({
    recipe: trialOf(recipe, EPOCHS),
    runs: join(folder, name),
    trainImages: stepsPerEpoch * recipe.batchSize,
    testImages: TEST_IMAGES,
  });
  try {
    const whole = await trainWhole(stretch('whole'), signal);
    const seconds = ((whole.at(-1) ?? 0) / 1000).toFixed(1);
    log?.(
      `In one go: ${steps} steps of ${recipe.batchSize} images in ${EPOCHS} epochs, ${seconds} s. Now with a checkpoint about every ${STEPS_PER_SAVE} steps, and kills.`,
    );

    const saveEvery = STEPS_PER_SAVE * medianStep(whole);
    const moments = drawMoments(whole, wantedKills, random(recipe.seed, 'kill'));
    const resumedAt = await trainKilled({ ...stretch('killed'), saveEvery }, moments, signal, log);

    const isWithin = (step: number) => step > stepsPerEpoch && step % stepsPerEpoch !== 0;
    const files = compareRunFiles(runFolder(folder, 'whole'), runFolder(folder, 'killed'));
    let kills = resumedAt.length - 1;
    if (!resumedAt.some(isWithin) && stepsPerEpoch > 1) {
      log?.(
        'None of these went on in the middle of the second epoch. Once more, dying in the middle of each.',
      );
      const cut = await trainCut({ ...stretch('cut'), saveEvery: 0 }, stepsPerEpoch, signal, log);
      kills += cut.length - 1;
      resumedAt.push(...cut);
      files.push(...compareRunFiles(runFolder(folder, 'whole'), runFolder(folder, 'cut')));
    }
    const identical = files.every(({ difference }) => difference === undefined);
    return { steps, kills, resumedAt, files, identical, isCovered: resumedAt.some(isWithin) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The batch size of a recipe, or as much less as gives an epoch of few pictures its steps. */
export function batchFor({ batchSize, accumulate }: Recipe, images: number): number {
  const parts = Math.floor(images / LEAST_STEPS_PER_EPOCH / accumulate);
  return Math.min(batchSize, Math.max(1, parts) * accumulate);
}

function runFolder(folder: string, name: string): string {
  const [run] = listRuns(join(folder, name));
  if (run === undefined) throw new Error(`the ${name} training has left no run`);
  return run.folder;
}

/** Milliseconds from the start of training to each step's end, the last one to the end of all. */
async function trainWhole(stretch: Stretch, signal: AbortSignal | undefined): Promise<number[]> {
  const times: number[] = [];
  const child = start(stretch, signal, () => times.push(performance.now()));
  await finished(child);
  times.push(performance.now());
  const [started = 0] = times;
  return times.map((time) => time - started);
}

/** Milliseconds of a usual step: the first one compiles, and some wait for an evaluation. */
function medianStep(times: readonly number[]): number {
  const durations = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  return durations.sort((a, b) => a - b)[Math.floor(durations.length / 2)] ?? 0;
}

/** Moments spread evenly over the time from the first step's start to the end, in order. */
function drawMoments(times: readonly number[], count: number, next: () => number): Moment[] {
  const end = times.at(-1) ?? 0;
  return Array.from({ length: count }, () => next() * end)
    .sort((a, b) => a - b)
    .map((moment) => {
      const step = times.findLastIndex((time) => time <= moment);
      return { step, milliseconds: moment - (times[step] ?? 0) };
    });
}

/** Trains and is killed at `moments`; returns the step at which each process began. */
async function trainKilled(
  stretch: Stretch,
  moments: readonly Moment[],
  signal: AbortSignal | undefined,
  log: VerifyOptions['log'],
): Promise<number[]> {
  const resumedAt: number[] = [];
  for (const [i, moment] of moments.entries()) {
    let resumed: number | undefined;
    let timer: NodeJS.Timeout | undefined;
    const child = start(stretch, signal, (step) => {
      resumed ??= step;
      if (step >= moment.step) timer ??= setTimeout(() => child.kill(), moment.milliseconds);
    });
    const status = await child.ended;
    clearTimeout(timer);
    signal?.throwIfAborted();
    if (status !== null) {
      log?.(`Kill ${i + 1} was too late: the training had ended.`);
      continue;
    }
    resumedAt.push(resumed ?? 0);
    log?.(
      `Kill ${i + 1} of ${moments.length}: resumed at step ${resumed}, killed ${moment.milliseconds.toFixed(0)} ms after step ${Math.max(moment.step, resumed ?? 0)}.`,
    );
  }
  let resumed: number | undefined;
  await finished(
    start(stretch, signal, (step) => {
      resumed ??= step;
    }),
  );
  return [...resumedAt, resumed ?? 0];
}

/** Trains and dies in the middle of each epoch, and after it goes on to the end; returns the steps at which processes began. */
async function trainCut(
  stretch: Stretch,
  stepsPerEpoch: number,
  signal: AbortSignal | undefined,
  log: VerifyOptions['log'],
): Promise<number[]> {
  const begun: number[] = [];
  const middles = Array.from(
    { length: EPOCHS },
    (_, epoch) => epoch * stepsPerEpoch + Math.floor(stepsPerEpoch / 2) + 1,
  );
  for (const dieAfter of [...middles, undefined]) {
    let first: number | undefined;
    const child = start({ ...stretch, dieAfter }, signal, (step) => {
      first ??= step;
    });
    const status = await child.ended;
    signal?.throwIfAborted();
    if (status !== (dieAfter === undefined ? 0 : null))
      throw new Error(`a training that dies after step ${dieAfter} ended with ${status ?? 'a signal'}`);
    begun.push(first ?? 0);
    if (dieAfter !== undefined) log?.(`Resumed at step ${first}, died after step ${dieAfter}.`);
  }
  return begun;
}

function start(stretch: Stretch, signal: AbortSignal | undefined, onStep: (step: number) => void): Child {
  const child = startChild(moduleBeside('./stretch', import.meta.url), stretch, (message) =>
    onStep(reportSchema.parse(message).step),
  );
  signal?.addEventListener('abort', child.kill);
  const forget = () => signal?.removeEventListener('abort', child.kill);
  child.ended.then(forget, forget);
  return child;
}

async function finished(child: Child): Promise<void> {
  const status = await child.ended;
  if (status !== 0) throw new Error(`a training that nobody killed ended with ${status ?? 'a signal'}`);
}
