// How long a training is, and how long it was to be before: a run can be given more epochs, or fewer, on its way.
import type { Recipe } from './recipe.ts';

/** Epochs, or steps where they are not a number of whole epochs. */
interface Length {
  readonly epochs: number;
  readonly steps?: number;
}

/** The steps from `from` to `until` of a run, in which it trained as the first steps of a training of `total` would. */
export interface Leg {
  readonly from: number;
  readonly until: number;
  readonly total: number;
  readonly epochs: number;
}

/** Steps in all. */
export function stepsOf({ steps, epochs }: Length, stepsPerEpoch: number): number {
  return steps ?? epochs * stepsPerEpoch;
}

/** The legs of a training, one after another: a single one where its length was never changed. */
export function legsOf(
  recipe: Pick<Recipe, 'epochs' | 'steps' | 'formerLengths'>,
  stepsPerEpoch: number,
): readonly [Leg, ...Leg[]] {
  const { formerLengths = [], ...last } = recipe;
  let from = 0;
  const legOf = (length: Length, until?: number): Leg => {
    const total = stepsOf(length, stepsPerEpoch);
    const leg = { from, until: until ?? total, total, epochs: length.epochs };
    from = leg.until;
    return leg;
  };
  const [first, ...others] = formerLengths.map(({ until, ...length }) => legOf(length, until));
  return first === undefined ? [legOf(last)] : [first, ...others, legOf(last)];
}

/**
 * The recipe with another number of epochs from step `done` on. What it was to be until then stays in it: recipe and data
 * say what each step was, so that an interrupted run goes on to the bit, and one training from the beginning ends in the
 * same weights.
 */
export function lengthened(recipe: Recipe, epochs: number, done: number): Recipe {
  const { steps, budget: _budget, formerLengths = [], ...rest } = recipe;
  // A run that went back to an earlier checkpoint may be on a leg before the last.
  const i = formerLengths.findIndex(({ until }) => done < until);
  const { until: _until, ...now } = formerLengths[i] ?? {
    until: 0,
    epochs: recipe.epochs,
    ...(steps !== undefined && { steps }),
  };
  const before = i < 0 ? formerLengths : formerLengths.slice(0, i);
  const isBegun = done > (before.at(-1)?.until ?? 0);
  const former = isBegun ? [...before, { until: done, ...now }] : before;
  return { ...rest, epochs, ...(former.length > 0 && { formerLengths: former }) };
}

/** Whether the first `done` steps of two recipes, which differ in nothing else, are the same. */
export function haveEqualLengths(a: Recipe, b: Recipe, done: number, stepsPerEpoch: number): boolean {
  const [first, second] = [a, b].map((recipe) =>
    legsOf(recipe, stepsPerEpoch)
      .filter(({ from }) => from < done)
      .map(({ until, total }) => `${Math.min(until, done)} ${total}`)
      .join(),
  );
  return first === second;
}
