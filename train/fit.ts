// The training loop: batches, steps, checkpoints and one evaluation per epoch.
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../models/errors.ts';
import { createArchitecture } from './architectures/index.ts';
import { type EpochRow, type Progress, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { Dataset } from './datasets/index.ts';
import { createParameters, disposeParameters } from './layers/net.ts';
import { openLoader } from './loader/index.ts';
import { evaluate } from './predictor.ts';
import { seedPair } from './random.ts';
import type { Recipe } from './recipes/index.ts';
import { type Run, writeMetrics } from './run.ts';
import type { NamedTensor } from './safetensors.ts';
import { scheduleAt } from './schedule.ts';
import { createStep, type TrainingStep } from './step.ts';

/** What the loop tells whoever watches. */
export interface Watcher {
  /** Before the first step; `step` is larger than 0 when a run is resumed. */
  onStart?(start: { step: number; steps: number; stepsPerEpoch: number }): void;
  onStep?(done: { step: number; loss: number; learningRate: number }): void;
  onEpoch?(row: EpochRow, time: { seconds: number; imagesPerSecond: number; waitedShare: number }): void;
}

export interface FitOptions {
  recipe: Recipe;
  dataset: Dataset;
  run: Run;
  watcher?: Watcher;
  /** Aborting it saves a checkpoint and ends the loop. */
  signal?: AbortSignal;
  /** Milliseconds between two checkpoints within an epoch. */
  saveEvery?: number;
}

export interface FitResult {
  finished: boolean;
  step: number;
  history: readonly EpochRow[];
  best: EpochRow | undefined;
}

// Work that a crash may cost, in milliseconds.
const SAVE_EVERY = 60_000;

/** How often the loop lets signals and the progress bar have a turn, in milliseconds. */
const YIELD_EVERY = 50;

/**
 * Trains `recipe` in `run`, going on where the run's last checkpoint ends.
 * @throws UserError when the loss is not a number, or the run's checkpoint does not belong to recipe and data.
 */
export async function fit({
  recipe,
  dataset,
  run,
  watcher,
  signal,
  saveEvery = SAVE_EVERY,
}: FitOptions): Promise<FitResult> {
  checkBatchSize(recipe, dataset);
  const training = createTraining(recipe, dataset);
  const progress = resume(run, recipe, dataset, training);
  const { stepsPerEpoch } = progress;
  const steps = stepsPerEpoch * recipe.epochs;
  const save = (path: string) => writeCheckpoint(path, { recipe, progress, tensors: tensorsOf(training) });
  watcher?.onStart?.({ step: progress.step, steps, stepsPerEpoch });

  const loader = await openLoader({
    split: dataset.train,
    shape: dataset.shape,
    batchSize: recipe.batchSize,
    seed: recipe.seed,
    augment: recipe.augment,
    startStep: progress.step,
  });
  try {
    let [saved, yielded, epochStart] = [performance.now(), performance.now(), performance.now()];
    let epochFrom = progress.step;
    let waited = 0;
    while (progress.step < steps && !signal?.aborted) {
      const batch = loader.next();
      const scheduled = scheduleAt(recipe.schedule, progress.step / steps);
      const { loss } = training.run({
        ...batch,
        ...scheduled,
        step: progress.step + 1,
        seed: seedPair(recipe.seed, 'step', progress.step),
      });
      if (!Number.isFinite(loss)) throw diverged(run, progress.step, loss, scheduled.learningRate);
      progress.step++;
      progress.lossSum += loss;
      blend(recipe, training, progress.step, steps);
      watcher?.onStep?.({ step: progress.step, loss, learningRate: scheduled.learningRate });

      if (progress.step % stepsPerEpoch === 0) {
        const seconds = (performance.now() - epochStart) / 1000;
        const row = finishEpoch(progress, training, dataset);
        // Equal error is not better: the earlier epoch stays the best.
        if (bestOf(progress.history) === row) save(run.best);
        save(run.last);
        writeMetrics(run, progress.history);
        watcher?.onEpoch?.(row, {
          seconds: (performance.now() - epochStart) / 1000,
          imagesPerSecond: ((progress.step - epochFrom) * recipe.batchSize) / seconds,
          waitedShare: (loader.waitedMs() - waited) / 1000 / seconds,
        });
        [saved, epochStart, epochFrom, waited] = [
          performance.now(),
          performance.now(),
          progress.step,
          loader.waitedMs(),
        ];
      }
      const now = performance.now();
      if (now - saved > saveEvery) {
        save(run.last);
        saved = now;
      }
      if (now - yielded > YIELD_EVERY) {
        await setImmediate();
        yielded = performance.now();
      }
    }
    if (signal?.aborted) save(run.last);
  } finally {
    await loader.close();
    training.dispose();
  }
  const { history, step } = progress;
  return { finished: step >= steps, step, history, best: bestOf(history) };
}

/** Moves the slow copies of the weights, where the recipe has them and this is a step for it. */
function blend({ average, lookahead }: Recipe, training: TrainingStep, step: number, steps: number): void {
  if (lookahead && (step % lookahead.every === 0 || step === steps)) {
    // The slow weights grow slower towards the end; the last step returns to them (arXiv 2404.00498, section 3.4).
    training.blend('lookahead', step === steps ? 1 : lookahead.decay * (step / steps) ** lookahead.power);
  }
  if (average && step % average.every === 0) {
    // Early averages forget faster, or the first random weights would stay in them for long.
    training.blend('average', Math.min(average.decay, (1 + step) / (10 + step)));
  }
}

/** The row of the best epoch: fewest errors, then least loss, then the earliest. */
export function bestOf(history: readonly EpochRow[]): EpochRow | undefined {
  return [...history].sort(
    (a, b) => a.errorRate - b.errorRate || a.validLoss - b.validLoss || a.epoch - b.epoch,
  )[0];
}

function checkBatchSize({ batchSize }: Recipe, { name, train }: Dataset): void {
  if (batchSize > train.n)
    throw new UserError(
      `The batch size is ${batchSize}, but ${name} has ${train.n} training images: choose a smaller one.`,
    );
}

function createTraining(recipe: Recipe, dataset: Dataset): TrainingStep {
  const architecture = createArchitecture(recipe.architecture, dataset.labels.length);
  const parameters = createParameters(architecture, dataset.shape, recipe.seed);
  const training = createStep(recipe, architecture, parameters, dataset.shape);
  disposeParameters(parameters);
  return training;
}

function finishEpoch(progress: Progress, training: TrainingStep, dataset: Dataset): EpochRow {
  const { loss, errorRate } = evaluate(training, dataset.test);
  const row: EpochRow = {
    epoch: progress.step / progress.stepsPerEpoch,
    step: progress.step,
    trainLoss: progress.lossSum / progress.stepsPerEpoch,
    validLoss: loss,
    errorRate,
  };
  progress.history.push(row);
  progress.lossSum = 0;
  return row;
}

/** Puts the run's last checkpoint into `training`, or starts from the beginning when there is none. */
function resume(run: Run, recipe: Recipe, dataset: Dataset, training: TrainingStep): Progress {
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const fresh = { step: 0, stepsPerEpoch, lossSum: 0, history: [], datasetDigests: { ...dataset.digests } };
  if (!existsSync(run.last)) return fresh;
  const { progress, tensors } = readCheckpoint(run.last);
  for (const split of ['train', 'test'] as const)
    if (progress.datasetDigests[split] !== dataset.digests[split])
      throw new UserError(
        `Run ${run.name} was trained on other data: the ${split} split of ${dataset.name} has changed since. Start over with --fresh.`,
      );
  const mismatch = [...training.shapes].find(
    ([name, shape]) => tensors.get(name)?.shape.join() !== shape.join(),
  );
  if (mismatch !== undefined) {
    const found = tensors.get(mismatch[0])?.shape;
    throw new UserError(
      `${run.last} does not fit the recipe's network: ${mismatch[0]} is ${found ? `[${found}]` : 'missing'}, expected [${mismatch[1]}].`,
    );
  }
  training.write(
    new Map(
      [...training.shapes.keys()].map((name) => [name, tensors.get(name)?.values ?? new Float32Array()]),
    ),
  );
  return progress;
}

function tensorsOf(training: TrainingStep): Map<string, NamedTensor> {
  return new Map(
    [...training.read()].map(([name, values]) => [name, { shape: training.shapes.get(name) ?? [], values }]),
  );
}

function diverged(run: Run, step: number, loss: number, learningRate: number): UserError {
  return new UserError(
    `The loss became ${loss} at step ${step} with learning rate ${learningRate.toPrecision(3)}. ` +
      `The last checkpoint of ${run.name} is from before. Start over with a lower --learning-rate.`,
  );
}
