// How long a training will take, from a short probe, and the steps that fit a budget of wall time.
import { setImmediate } from 'node:timers/promises';
import { counted } from '../../models/counted.ts';
import { UserError } from '../../models/errors.ts';
import { sizeOf } from '../../models/shape.ts';
import type { Dataset } from '../datasets/index.ts';
import { firstOf } from '../datasets/subset.ts';
import { viewCount } from '../layers/tta.ts';
import { openLoader } from '../loader/index.ts';
import { batchesOf } from '../loop/batches-of.ts';
import { evaluate } from '../loop/evaluate.ts';
import { spansOf } from '../loop/spans.ts';
import type { TrainingStep } from '../loop/step.ts';
import { sumOf } from '../loop/step-variables.ts';
import { createTraining } from '../loop/training.ts';
import { scheduleAt } from '../optimizers/schedules/index.ts';
import type { Progress } from '../progress.ts';
import { registryOf } from '../project/registry-of.ts';
import { seedPair } from '../random.ts';
import { type Recipe, stepsOf } from '../recipes/index.ts';
import { duration } from './duration.ts';

/** What a machine takes for the parts of a training, in seconds. */
export interface Pace {
  step: number;
  /** Of all test images, once. */
  evaluation: number;
  /** Of the features of all images, where a backbone is frozen; its steps then take next to nothing. */
  features: number;
  /** Before the first step. */
  start: number;
  /** Steps that were timed. */
  timed?: number;
  /** Numbers that tasks would tell each other in each step: gradients, and statistics of batch norm. */
  exchanged?: number;
}

export interface Plan {
  steps: number;
  /** May end in part of one. */
  epochs: number;
  /** Wall time. */
  seconds: number;
}

/** The first steps are slower: TensorFlow prepares each op when it first runs. */
const WARM_UP = 3;
const STEPS = 20;

/** Seconds after which no further step is timed: steps that take seconds each differ little. */
const LONGEST = 20;

/** Milliseconds between two messages about how far it is. */
const MESSAGE_EVERY = 5000;

/** Images that are evaluated for the probe. */
const EVALUATED = 1000;

/**
 * Trains up to `STEPS` steps, whose weights are not kept, and evaluates a part of the test images. An aborted signal ends it
 * after the step or the evaluation that it is at.
 */
export async function measurePace(
  recipe: Recipe,
  dataset: Dataset,
  { say = () => {}, signal }: Progress = {},
): Promise<Pace> {
  const { batchSize, schedule } = recipe;
  say(
    `Measuring how fast ${recipe.name} trains here: up to ${WARM_UP + STEPS} steps of ${batchSize} image${batchSize === 1 ? '' : 's'}, then an evaluation. Their weights are not kept.`,
  );
  const started = performance.now();
  const registry = await registryOf(recipe);
  // At their own size: no step takes longer.
  const { sizes: _, ...atOwnSize } = recipe;
  const training = createTraining(atOwnSize, dataset, undefined, registry);
  const { validation } = dataset;
  const loader = await openLoader(batchesOf(recipe, dataset, registry));
  let last = performance.now();
  /** Lets whoever aborts have a turn. */
  const turn = async () => {
    await setImmediate();
    signal?.throwIfAborted();
  };
  const run = async (from: number, to: number): Promise<{ seconds: number; steps: number }> => {
    const began = performance.now();
    for (let step = from; step < to; step++) {
      await turn();
      training.run({
        ...loader.next(),
        // As at the start of the schedule, where learning rates are low, so that what is measured does not diverge.
        ...scheduleAt(schedule, 0, registry.schedules),
        step: step + 1,
        seed: seedPair(recipe.seed, 'step', step),
      });
      if (performance.now() - last > MESSAGE_EVERY) {
        last = performance.now();
        say(`  ${counted(step + 1, 'step')}, ${Math.round(secondsSince(started))} s`);
      }
      if (secondsSince(began) > LONGEST) return { seconds: secondsSince(began), steps: step + 1 - from };
    }
    return { seconds: secondsSince(began), steps: to - from };
  };
  try {
    const start = secondsSince(started);
    const warmUp = await run(0, WARM_UP);
    const { seconds, steps } = await run(WARM_UP, WARM_UP + STEPS);
    const step = seconds / steps;
    const n = Math.min(EVALUATED, validation.n);
    const part = firstOf(validation, n);
    await turn();
    evaluate(training, part);
    await turn();
    const began = performance.now();
    evaluate(training, part);
    const evaluation = (secondsSince(began) * validation.n) / n;
    const features = evaluation * (1 + dataset.train.n / validation.n);
    const before = start + Math.max(0, warmUp.seconds - warmUp.steps * step);
    return {
      step,
      evaluation,
      features,
      start: before,
      timed: steps,
      exchanged: exchangedBy(training.shapes),
    };
  } finally {
    await loader.close();
    training.dispose();
  }
}

/** Gradients and statistics of a step whose batches are in parts. */
function exchangedBy(shapes: TrainingStep['shapes']): number {
  const names = [...shapes.keys()];
  const isTrained = (name: string) => shapes.has(sumOf(name));
  const copies = /^(optimizer|average|lookahead|sum)\//;
  return names
    .filter((name) => isTrained(name) || !copies.test(name))
    .reduce((sum, name) => sum + sizeOf(shapes.get(name) ?? []), 0);
}

function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}

/** What `recipe` will take at this pace: its steps, an evaluation at each epoch's end, and its views at the last one. */
export function planOf(recipe: Recipe, pace: Pace, stepsPerEpoch: number): Plan {
  const steps = stepsOf(recipe, stepsPerEpoch);
  const views = recipe.tta === 'none' ? 0 : viewCount(recipe.tta);
  const whole = spansOf(recipe, stepsPerEpoch).reduce(
    (sum, { from, to, frozen }) => sum + (frozen ? 0 : to - from),
    0,
  );
  const evaluations = Math.ceil(whole / stepsPerEpoch) + views;
  const seconds =
    pace.start + whole * pace.step + evaluations * pace.evaluation + pace.features * (whole < steps ? 1 : 0);
  return { steps, epochs: steps / stepsPerEpoch, seconds };
}

/**
 * `recipe` with as many steps as take `budget` seconds at this pace, if its own take longer. Its schedule, whose
 * shares are of all steps, shrinks with them.
 * @throws UserError when not one step fits.
 */
export function withinBudget(recipe: Recipe, budget: number, pace: Pace, stepsPerEpoch: number): Recipe {
  const own = planOf(recipe, pace, stepsPerEpoch);
  if (own.seconds <= budget) return { ...recipe, budget };
  const takes = (steps: number) => planOf({ ...recipe, steps }, pace, stepsPerEpoch).seconds;
  if (takes(1) > budget)
    throw new UserError(
      `A budget of ${duration(budget)} is too short for ${recipe.name}: one step and one evaluation take ${duration(takes(1))} here.`,
    );
  // The most steps that fit are at least `low` and less than `high`.
  let [low, high] = [1, own.steps];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (takes(middle) <= budget) low = middle;
    else high = middle;
  }
  return { ...recipe, steps: low, budget };
}

/** A plan in words. */
export function describePlan(recipe: Recipe, pace: Pace, plan: Plan): string {
  const { timed = STEPS } = pace;
  return `${recipe.name} takes about ${duration(plan.seconds)} on this machine as it is now: ${stepsInWords(plan)} of ${counted(recipe.batchSize, 'image')}, ${timeOf(pace.step)} each, and ${timeOf(pace.evaluation)} for each epoch's evaluation (measured over ${counted(timed, 'step')}).`;
}

/** Networks for which an exchange is estimated: bytes per second. */
const NETWORKS = [
  { name: '1 Gbit/s', speed: 1e9 / 8 },
  { name: '10 Gbit/s', speed: 1e10 / 8 },
] as const;

/**
 * What several machines like this one would take, in words: each computes its part of a batch, and receives
 * `2 (tasks - 1) / tasks` times the gradients, which no arithmetic hides. Of the network its bandwidth alone is counted.
 */
export function describeTasks(tasks: number, pace: Pace, plan: Plan): string {
  const part = pace.step / tasks;
  const bytes = ((2 * (tasks - 1)) / tasks) * 4 * (pace.exchanged ?? 0);
  const rows = NETWORKS.map(({ name, speed }) => {
    const exchange = bytes / speed;
    const seconds = plan.seconds - plan.steps * (pace.step - part - exchange);
    return `  at ${name}: ${timeOf(part)} for its part of a step and ${timeOf(exchange)} to exchange, ${duration(seconds)} in all, ${(plan.seconds / seconds).toFixed(2)} times as fast as one`;
  });
  return [
    `${tasks} such machines exchange ${(bytes / 1e6).toPrecision(3)} MB in each step (each sends and receives as much):`,
    ...rows,
    `More machines pay as long as the exchange is shorter than what they save of the ${timeOf(pace.step)}; a larger --batch-size makes exchanges rarer. Evaluations are of task 0 alone.`,
  ].join('\n');
}

/** What a budget changed, in words. */
export function describeBudget(before: Plan, after: Plan, budget: number): string {
  if (after.steps === before.steps)
    return `Budget ${duration(budget)}: nothing to change, training takes about ${duration(before.seconds)}.`;
  return `Budget ${duration(budget)}: ${stepsInWords(after)} instead of ${stepsInWords(before)}, which would take about ${duration(before.seconds)}. The schedule shrinks with them; nothing else is changed.`;
}

function stepsInWords({ steps, epochs }: Plan): string {
  return `${counted(steps, 'step')} (${counted(Number(epochs.toFixed(1)), 'epoch')})`;
}

/** Seconds as `0.31 ms`, `45 ms` or `1.97 s`: three digits, without powers of ten. */
function timeOf(seconds: number): string {
  const [value, unit] = seconds < 1 ? [seconds * 1000, 'ms'] : [seconds, 's'];
  return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`;
}
