// One step of a training: the next batch, and what the schedule, the recipe's seed and the time that has passed make of it.
import { scheduleAt } from '../optimizers/schedules/index.ts';
import { seedPair } from '../random.ts';
import type { Recipe } from '../recipes/recipe.ts';
import type { Registry } from '../recipes/registry.ts';
import type { Span } from './spans.ts';
import type { Stage } from './stages.ts';
import type { StepResult } from './step.ts';

/**
 * Takes the step after `done`, which is in `span`, on the stage's next batch.
 * @param stop - Whether this task, of several, wants all to end after it.
 */
export function takeStep(
  {
    loader,
    step,
  }: { readonly loader: Pick<Stage['loader'], 'next'>; readonly step: Pick<Stage['step'], 'run'> },
  span: Span,
  { seed }: Pick<Recipe, 'seed'>,
  done: number,
  { schedules }: Pick<Registry, 'schedules'>,
  stop?: boolean,
): StepResult & { learningRate: number } {
  const scheduled = scheduleAt(span.schedule, (done - span.from) / (span.to - span.from), schedules);
  const result = step.run({
    ...loader.next(),
    ...scheduled,
    step: done - span.from + 1,
    done: done / span.total,
    seed: seedPair(seed, 'step', done),
    ...(stop && { stop }),
  });
  return { ...result, learningRate: scheduled.learningRate };
}
