// The training loop: batches, steps, checkpoints and one evaluation per epoch.
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../../models/errors.ts';
import { createArchitecture } from '../architectures/index.ts';
import { type Dataset, imageSize } from '../datasets/index.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import type { State } from '../graph/state.ts';
import { disposeParameters } from '../layers/net.ts';
import { viewCount } from '../layers/tta.ts';
import { scheduleAt } from '../optimizers/schedules/index.ts';
import { seedPair } from '../random.ts';
import { type Recipe, stepsOf } from '../recipes/index.ts';
import { builtIn, type Registry } from '../recipes/registry.ts';
import { type EpochRow, type Progress, writeCheckpoint } from '../runs/checkpoint.ts';
import { numberedPath, removeOldest } from '../runs/numbered-checkpoints.ts';
import { type Run, writeMetrics } from '../runs/run.ts';
import { batchFor, evaluate } from './evaluate.ts';
import { initialParameters, takeWeights, type Weights } from './initial-weights.ts';
import { resume } from './resume.ts';
import { openStage, type Span, type Stage, spansOf } from './stages.ts';
import { createStep, type TrainingStep } from './step.ts';

export { initialParameters } from './initial-weights.ts';

/** What the loop tells whoever watches. */
export interface Watcher {
  /** Before the first step; `step` is larger than 0 when a run is resumed. */
  onStart?(start: { step: number; steps: number; stepsPerEpoch: number }): void;
  /** `correct` counts the batch's right answers before the step, as they were in training. */
  onStep?(done: { step: number; loss: number; learningRate: number; correct: number }): void;
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
  /** Bytes of resident memory at which it saves a checkpoint and stops, and what to tell the user then. */
  memory?: { limit: number; advice(resident: number): string };
  /** Another training's weights, from which a new run starts; those that fit no weight of the network are left out. */
  weights?: Weights;
  /** How many numbered checkpoints (one for each epoch's end) are kept beside the best and the last. */
  keep?: number;
  /** What the recipe names: the built-in lists if left out. */
  registry?: Registry;
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
  memory,
  weights,
  keep = 0,
  registry = builtIn,
}: FitOptions): Promise<FitResult> {
  checkBatchSize(recipe, dataset);
  const isNew = !existsSync(run.last);
  if (isNew && recipe.from !== undefined && weights === undefined)
    throw new UserError(
      `Run ${run.name} starts from another training's weights, but was ended before it had them. Start it anew with --from and that checkpoint.`,
    );
  const training = createTraining(recipe, dataset, weights, registry);
  const progress = resume(run, recipe, dataset, training);
  const { stepsPerEpoch } = progress;
  const steps = stepsOf(recipe, stepsPerEpoch);
  let stage: Stage | undefined;
  const save = (path: string) => {
    const tensors = tensorsOf(training.shapes, stage?.read() ?? training.read());
    checkFinite(run, progress.step, tensors);
    writeCheckpoint(path, { recipe, progress, tensors });
  };
  // From here on, the run goes on without the checkpoint that it started from.
  if (isNew && weights !== undefined) save(run.last);
  watcher?.onStart?.({ step: progress.step, steps, stepsPerEpoch });

  const spans = spansOf(recipe, stepsPerEpoch);
  const open = (span: Span) =>
    openStage(span, { recipe, dataset, training, startStep: progress.step, registry });
  const current = () => spans.find(({ to }) => progress.step < to) ?? spans[1] ?? spans[0];
  stage = await open(current());
  try {
    let [saved, yielded, epochStart] = [performance.now(), performance.now(), performance.now()];
    let epochFrom = progress.step;
    let waited = 0;
    while (progress.step < steps && !signal?.aborted) {
      const { span } = stage;
      const batch = stage.loader.next();
      const scheduled = scheduleAt(
        span.schedule,
        (progress.step - span.from) / (span.to - span.from),
        registry.schedules,
      );
      const { loss, correct } = stage.step.run({
        ...batch,
        ...scheduled,
        step: progress.step - span.from + 1,
        done: progress.step / steps,
        seed: seedPair(recipe.seed, 'step', progress.step),
      });
      if (!Number.isFinite(loss)) throw diverged(run, 'loss', progress.step, loss, scheduled.learningRate);
      progress.step++;
      progress.lossSum += loss;
      blend(recipe, stage.step, progress.step, steps);
      watcher?.onStep?.({ step: progress.step, loss, learningRate: scheduled.learningRate, correct });

      if (progress.step % stepsPerEpoch === 0 || progress.step === steps) {
        const seconds = (performance.now() - epochStart) / 1000;
        const row = finishEpoch(progress, training, stage, dataset, recipe);
        if (!Number.isFinite(row.validLoss))
          throw diverged(run, 'validation loss', progress.step, row.validLoss, scheduled.learningRate);
        // Equal error is not better: the earlier epoch stays the best.
        if (bestOf(progress.history) === row) save(run.best);
        if (keep > 0) {
          save(numberedPath(run, progress.step));
          removeOldest(run, keep);
        }
        // The last checkpoint comes last: a run that says it is done is done.
        writeMetrics(run, progress.history);
        save(run.last);
        watcher?.onEpoch?.(row, {
          seconds: (performance.now() - epochStart) / 1000,
          imagesPerSecond: ((progress.step - epochFrom) * recipe.batchSize) / seconds,
          waitedShare: (stage.loader.waitedMs() - waited) / 1000 / seconds,
        });
        [saved, epochStart, epochFrom, waited] = [
          performance.now(),
          performance.now(),
          progress.step,
          stage.loader.waitedMs(),
        ];
        const next = current();
        if (next !== span && progress.step < steps) {
          stage.sync();
          await stage.close();
          stage = await open(next);
          waited = 0;
        }
      }
      const now = performance.now();
      if (now - saved > saveEvery) {
        save(run.last);
        saved = now;
      }
      if (now - yielded > YIELD_EVERY) {
        const resident = process.memoryUsage.rss();
        if (memory !== undefined && resident > memory.limit) {
          save(run.last);
          throw new UserError(`Saved at step ${progress.step} and stopped. ${memory.advice(resident)}`);
        }
        await setImmediate();
        yielded = performance.now();
      }
    }
    if (signal?.aborted) save(run.last);
  } finally {
    await stage?.close();
    training.dispose();
  }
  const { history, step } = progress;
  return { finished: step >= steps, step, history, best: bestOf(history) };
}

/** Moves the slow copies of the weights, where the recipe has them and this is a step for it. */
function blend({ average, lookahead }: Recipe, training: TrainingStep, step: number, steps: number): void {
  // The slow weights grow slower toward the end; the last step returns to them (arXiv 2404.00498, section 3.4).
  if (lookahead && step % lookahead.every === 0)
    training.blend('lookahead', lookahead.decay * (step / steps) ** lookahead.power);
  else if (lookahead && step === steps) training.blend('lookahead', 1);
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

export function checkBatchSize({ batchSize }: Recipe, { name, train }: Dataset): void {
  if (batchSize > train.n)
    throw new UserError(
      `The batch size is ${batchSize}, but ${name} has ${train.n} training images: choose a smaller one.`,
    );
}

/** The step of `recipe` at its beginning; with `weights`, from those of them that fit. */
export function createTraining(
  recipe: Recipe,
  dataset: Dataset,
  weights?: Weights,
  { architectures, optimizers }: Registry = builtIn,
): TrainingStep {
  const architecture = createArchitecture(recipe.architecture, dataset.labels.length, architectures);
  const parameters = initialParameters(recipe, dataset, architecture);
  if (weights !== undefined) takeWeights(parameters, weights);
  const training = createStep(recipe, architecture, parameters, dataset.shape, optimizers);
  disposeParameters(parameters);
  return training;
}

function finishEpoch(
  progress: Progress,
  training: TrainingStep,
  stage: Stage,
  dataset: Dataset,
  recipe: Recipe,
): EpochRow {
  const { loss, errorRate } = evaluate(stage.step, stage.test);
  const { step, stepsPerEpoch } = progress;
  // The last one may be short.
  const epoch = Math.ceil(step / stepsPerEpoch);
  const row: EpochRow = {
    epoch,
    step,
    trainLoss: progress.lossSum / (step - (epoch - 1) * stepsPerEpoch),
    validLoss: loss,
    errorRate,
  };
  if (recipe.tta !== 'none' && step === stepsOf(recipe, stepsPerEpoch)) {
    stage.sync();
    row.tta = evaluateViews(recipe, training, dataset);
  }
  progress.history.push(row);
  progress.lossSum = 0;
  return row;
}

/** The network as it answers with test-time augmentation, fewer pictures at a time since each is seen in many views. */
function evaluateViews(
  { tta }: Recipe,
  training: TrainingStep,
  { test }: Dataset,
): NonNullable<EpochRow['tta']> {
  const { loss, errorRate } = evaluate(
    { logits: training.averagedLogits },
    test,
    Math.ceil(batchFor(imageSize(test)) / viewCount(tta)),
  );
  return { validLoss: loss, errorRate };
}

function tensorsOf(shapes: TrainingStep['shapes'], state: State): Map<string, NamedTensor> {
  return new Map([...state].map(([name, values]) => [name, { shape: shapes.get(name) ?? [], values }]));
}

/** The loss is of the weights before its step, so the step itself may be what broke them. */
function checkFinite(run: Run, step: number, tensors: ReadonlyMap<string, NamedTensor>): void {
  for (const [name, { values }] of tensors) {
    const broken = values.find((value) => !Number.isFinite(value));
    if (broken !== undefined)
      throw new UserError(
        `${name} has a value of ${broken} after step ${step}, which is not saved. ` +
          `The last checkpoint of ${run.name} is from before. Start over with a lower --learning-rate.`,
      );
  }
}

function diverged(run: Run, what: string, step: number, loss: number, learningRate: number): UserError {
  return new UserError(
    `The ${what} became ${loss} at step ${step} with learning rate ${learningRate.toPrecision(3)}. ` +
      `The last checkpoint of ${run.name} is from before. Start over with a lower --learning-rate.`,
  );
}
