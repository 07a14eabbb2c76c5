// The training loop: batches, steps, checkpoints and one evaluation per epoch.
import { existsSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../../models/errors.ts';
import { heldOutOf } from '../../models/held-out.ts';
import { agree } from '../cluster/agree.ts';
import type { Cluster } from '../cluster/join.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { OutOfMemoryError } from '../errors.ts';
import type { NamedTensor } from '../files/safetensors.ts';
import type { State } from '../graph/state.ts';
import { registryOf } from '../project/registry-of.ts';
import { type Recipe, stepsOf } from '../recipes/index.ts';
import type { Registry } from '../recipes/registry.ts';
import { bestOf, type EpochRow, type TestResults, writeCheckpoint } from '../runs/checkpoint.ts';
import { numberedPath, removeOldest } from '../runs/numbered-checkpoints.ts';
import { hasEndedEarly } from '../runs/patience.ts';
import { type Run, readLast, writeMetrics } from '../runs/run.ts';
import { checkFinite, diverged } from './diverged.ts';
import { createEpochTimer } from './epoch-timer.ts';
import { finishEpoch } from './finish-epoch.ts';
import type { Weights } from './initial-weights.ts';
import { resume } from './resume.ts';
import { moveSlowCopies } from './slow-copies.ts';
import { type Span, spanAfter, spansOf } from './spans.ts';
import { openStage, type Stage, stageFor } from './stages.ts';
import type { TrainingStep } from './step.ts';
import { takeStep } from './take-step.ts';
import { testAtEnd } from './test-at-end.ts';
import { checkFits, createTraining } from './training.ts';
import type { Watcher } from './watcher.ts';

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
  /** How many numbered checkpoints (one for each epoch's end) are kept besides the best and the last. */
  keep?: number;
  /** What the recipe names: if left out, our lists, or those of the module that it came from. */
  registry?: Registry;
  /** The tasks that train together; this one is the first, which saves and evaluates. */
  cluster?: Cluster | undefined;
}

export interface FitResult {
  finished: boolean;
  /** Whether its patience has ended it before its last epoch. */
  endedEarly?: boolean;
  step: number;
  history: readonly EpochRow[];
  best: EpochRow | undefined;
  /** What the test images gave when it had ended. */
  tested: TestResults | undefined;
}

/** How much work a crash can cost, in milliseconds. */
const SAVE_EVERY = 60_000;

/** How often the loop lets signals and the progress bar be handled, in milliseconds. */
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
  registry: known,
  cluster,
}: FitOptions): Promise<FitResult> {
  const isNew = !existsSync(run.last);
  if (isNew && recipe.from !== undefined && weights === undefined)
    throw new UserError(
      `Run ${run.name} was to start from the weights of another training, but ended before it had read them. Start a new run with --from and that checkpoint.`,
    );
  checkFits(recipe, dataset);
  const registry = known ?? (await registryOf(recipe));
  if (cluster !== undefined)
    agree(cluster, {
      recipe,
      digests: dataset.digests,
      step: isNew ? 0 : readLast(run).progress.step,
    });
  const training = createTraining(recipe, dataset, weights, registry, cluster);
  const progress = resume(run, recipe, dataset, training);
  if (cluster !== undefined) training.copyFirst();
  const { stepsPerEpoch } = progress;
  const steps = stepsOf(recipe, stepsPerEpoch);
  // A run that was given more epochs has not ended.
  const hasEnded = () => progress.step >= steps || hasEndedEarly(recipe, progress);
  if (!hasEnded()) delete progress.tested;
  let stage: Stage | undefined;
  const save = (path: string) => {
    const tensors = tensorsOf(training.shapes, stage?.read() ?? training.read());
    checkFinite(run, progress.step, tensors);
    writeCheckpoint(path, { recipe, progress, tensors });
  };
  // From here on, the run goes on without the checkpoint that it started from.
  if (isNew && weights !== undefined) save(run.last);
  watcher?.onStart?.({ step: progress.step, steps, stepsPerEpoch });

  const saveEpoch = (row: EpochRow) => {
    // Equal error is not better: the earlier epoch stays the best.
    if (bestOf(progress.history) === row) save(run.best);
    if (hasEnded()) {
      stage?.sync();
      const tested = testAtEnd(run, progress, training, dataset, recipe);
      if (tested !== undefined) progress.tested = tested;
    }
    if (keep > 0) {
      save(numberedPath(run, progress.step));
      removeOldest(run, keep);
    }
    // The last checkpoint comes last: a run that says it is done is done.
    writeMetrics(run, progress, heldOutOf(recipe));
    save(run.last);
  };

  const spans = spansOf(recipe, stepsPerEpoch);
  const open = (span: Span) =>
    openStage(span, { recipe, dataset, training, startStep: progress.step, registry, cluster });
  const current = () => spanAfter(spans, progress.step);
  stage = await open(current());
  let stopped = false;
  // Of several tasks none ends alone: all do after the step in which one has said that it wants to.
  const wantsStop = () => signal?.aborted ?? false;
  try {
    const timer = createEpochTimer(recipe.batchSize, progress.step);
    let [saved, yielded] = [performance.now(), performance.now()];
    while (!hasEnded() && !(cluster === undefined ? wantsStop() : stopped)) {
      const span = current();
      const taken = takeStep(stage, span, recipe, progress.step, registry, wantsStop());
      const { loss, correct, learningRate } = taken;
      stopped = taken.stop ?? false;
      if (!Number.isFinite(loss)) throw diverged(run, 'loss', progress.step, loss, learningRate);
      progress.step++;
      progress.lossSum += loss;
      moveSlowCopies(recipe, stage.step.blend, progress.step, span.total);
      watcher?.onStep?.({ step: progress.step, loss, learningRate, correct });

      const isLast = progress.step === span.total;
      if (progress.step % stepsPerEpoch === 0 || isLast) {
        timer.stepsDone();
        const row = finishEpoch(progress, training, stage, dataset, recipe, isLast);
        if (!Number.isFinite(row.validLoss))
          throw diverged(run, 'validation loss', progress.step, row.validLoss, learningRate);
        saveEpoch(row);
        await watcher?.onEpoch?.(row, timer.epochDone(progress.step, stage.loader));
        if (progress.tested) watcher?.onTested?.(progress.tested, progress.step);
        timer.nextEpoch(progress.step, stage.loader);
        saved = performance.now();
        if (!hasEnded()) stage = await stageFor(stage, current(), open);
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
          throw new OutOfMemoryError(
            `Saved at step ${progress.step} and stopped. ${memory.advice(resident)}`,
          );
        }
        await setImmediate();
        yielded = performance.now();
      }
    }
    if (wantsStop() || stopped) save(run.last);
  } finally {
    await stage?.close();
    training.dispose();
  }
  const { history, step } = progress;
  return {
    finished: hasEnded(),
    endedEarly: step < steps && hasEnded(),
    step,
    history,
    best: bestOf(history),
    tested: progress.tested,
  };
}

function tensorsOf(shapes: TrainingStep['shapes'], state: State): Map<string, NamedTensor> {
  return new Map([...state].map(([name, values]) => [name, { shape: shapes.get(name) ?? [], values }]));
}
