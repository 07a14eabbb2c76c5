// The loop of a task other than the first: it computes its part of every batch, and saves and evaluates nothing.
import { setImmediate } from 'node:timers/promises';
import { agree } from '../cluster/agree.ts';
import type { Cluster } from '../cluster/join.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { DivergedError } from '../errors.ts';
import { registryOf } from '../project/registry-of.ts';
import { type Recipe, stepsOf } from '../recipes/index.ts';
import type { Registry } from '../recipes/registry.ts';
import { moveSlowCopies } from './slow-copies.ts';
import { type Span, spanAfter, spansOf } from './spans.ts';
import { openStage, type Stage, stageFor } from './stages.ts';
import { takeStep } from './take-step.ts';
import { checkFits, createTraining } from './training.ts';
import type { Watcher } from './watcher.ts';

export interface FollowOptions {
  readonly recipe: Recipe;
  readonly dataset: Dataset;
  readonly cluster: Cluster;
  readonly watcher?: Pick<Watcher, 'onStart' | 'onStep'>;
  /** Aborting it ends the training on all tasks, saved by the first. */
  readonly signal?: AbortSignal | undefined;
  readonly registry?: Registry;
}

/** Milliseconds after which signals are handled. */
const YIELD_EVERY = 50;

/**
 * Trains with the first task until it has ended.
 * @returns steps that are done, and whether they are all
 * @throws UserError where the tasks do not train the same, or one of them is gone
 */
export async function follow({
  recipe,
  dataset,
  cluster,
  watcher,
  signal,
  registry: known,
}: FollowOptions): Promise<{ step: number; finished: boolean }> {
  checkFits(recipe, dataset);
  const registry = known ?? (await registryOf(recipe));
  let done = agree(cluster, { recipe, digests: dataset.digests, step: 0 });
  const training = createTraining(recipe, dataset, undefined, registry, cluster);
  training.copyFirst();
  const stepsPerEpoch = Math.floor(dataset.train.n / recipe.batchSize);
  const steps = stepsOf(recipe, stepsPerEpoch);
  const spans = spansOf(recipe, stepsPerEpoch);
  const open = (span: Span) =>
    openStage(span, { recipe, dataset, training, startStep: done, registry, cluster });
  let stage: Stage | undefined;
  try {
    stage = await open(spanAfter(spans, done));
    watcher?.onStart?.({ step: done, steps, stepsPerEpoch });
    let [stopped, yielded] = [false, performance.now()];
    while (done < steps && !stopped) {
      const span = spanAfter(spans, done);
      stage = await stageFor(stage, span, open);
      const result = takeStep(stage, span, recipe, done, registry, signal?.aborted);
      if (!Number.isFinite(result.loss))
        throw new DivergedError(done, `The loss became ${result.loss} at step ${done}: task 0 says more.`);
      done++;
      stopped = result.stop ?? false;
      moveSlowCopies(recipe, stage.step.blend, done, span.total);
      watcher?.onStep?.({ step: done, ...result });
      if (performance.now() - yielded > YIELD_EVERY) {
        await setImmediate();
        yielded = performance.now();
      }
    }
  } finally {
    await stage?.close();
    training.dispose();
  }
  return { step: done, finished: done >= steps };
}
