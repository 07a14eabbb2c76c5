// `train`: trains in this process, as the command does, and tells nobody but whom it is given.
import { chooseRun } from '../cli/choose-run.ts';
import { requireTensorflow } from '../graph/tensorflow.ts';
import type { Watcher } from '../loop/watcher.ts';
import type { Recipe } from '../recipes/recipe.ts';
import { reportPath } from '../report/index.ts';
import { bestOf, type EpochRow, type TestResults } from '../runs/checkpoint.ts';
import { type Run, readLast } from '../runs/run.ts';
import { askedInCode } from './asked.ts';
import { inErrors } from './errors.ts';
import { iterablePromise } from './iterable-promise.ts';
import type { TrainingEvents, TrainOptions } from './options.ts';
import { trainChosen } from './train-chosen.ts';
import type { FinishedEpoch, TrainedRun, Training, TrainSource } from './types.ts';

/**
 * Trains a folder of pictures or a recipe, or goes on with a run: with the same run folder, report and weights, bit for
 * bit, as `trainyard train`. It prints nothing, handles no signals of the process, and lets the process end.
 *
 * @example
 * const run = await train('./photos', { epochs: 5, onEpoch: ({ errorRate }) => console.log(errorRate) });
 *
 * @example
 * const training = train('digits');
 * for await (const { epoch, errorRate } of training) if (errorRate < 0.01) break;
 * const run = await training;
 *
 * @returns a promise of the run, and its epochs for a `for await` loop.
 * @throws UserError for all that the user can do something about; of these DataError for pictures that cannot be trained on,
 * DivergedError, OutOfMemoryError and DiskError. The signal's reason where it is aborted before there is a run.
 */
export function train(source: TrainSource, options: TrainOptions = {}): Training {
  return iterablePromise(
    (give, signal) => inErrors(() => trainFrom(source, options, give, signal)),
    options.signal,
  );
}

async function trainFrom(
  source: TrainSource,
  options: TrainOptions,
  give: (epoch: FinishedEpoch) => Promise<void>,
  signal: AbortSignal,
): Promise<TrainedRun> {
  const { asked, settings } = askedInCode(source, options);
  signal.throwIfAborted();
  requireTensorflow();
  const progress = { say: options.onMessage, signal };
  const choice = await chooseRun(asked, false, progress);
  if (choice.isDone && choice.run) {
    choice.unlock?.();
    return trainedRun(choice.run, choice.recipe, readLast(choice.run).progress, true);
  }
  const { run, recipe, result } = await trainChosen(choice, asked, settings, {
    ...progress,
    watch: (begun) => watcherOf(begun.run, begun.recipe, options, give),
  });
  return trainedRun(run, recipe, result, result.finished);
}

/** Tells a program of each step and each epoch. */
function watcherOf(
  { name, folder }: Run,
  recipe: Recipe,
  { onStart, onStep, onEpoch }: TrainingEvents,
  give: (epoch: FinishedEpoch) => Promise<void>,
): Watcher {
  return {
    onStart: (start) => onStart?.({ name, folder, recipe, ...start }),
    onStep: (done) => onStep?.(done),
    async onEpoch(row, time) {
      const epoch = { ...row, ...time };
      await onEpoch?.(epoch);
      await give(epoch);
    },
  };
}

function trainedRun(
  run: Run,
  recipe: Recipe,
  { history: rows, tested }: { history: readonly EpochRow[]; tested?: TestResults | undefined },
  finished: boolean,
): TrainedRun {
  const { name, folder } = run;
  return { name, folder, recipe, rows, best: bestOf(rows), tested, finished, report: reportPath(run) };
}
