// The spans of a training: which steps follow which schedule, and in which of them the backbone is frozen.
import type { AnySchedule } from '../optimizers/schedules/index.ts';
import { type Leg, legsOf } from '../recipes/lengths.ts';
import type { Recipe } from '../recipes/recipe.ts';

/** A schedule, and the steps that it spans, from `from` to `to`, counted over the run. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly schedule: AnySchedule;
  /** The run follows it up to this step: `to`, unless it was given another length before. */
  readonly until: number;
  /** Steps of the whole training, as it was to be in this span. */
  readonly total: number;
  /** The backbone stays as it is. */
  readonly frozen: boolean;
}

/** The spans of a training in their order: one or two for each length that it was given. */
export function spansOf(recipe: Recipe, stepsPerEpoch: number): readonly [Span, ...Span[]] {
  const [first, ...others] = legsOf(recipe, stepsPerEpoch).flatMap((leg) =>
    spansOfLeg(recipe, leg, stepsPerEpoch),
  );
  if (first === undefined) throw new Error('a training has at least one step');
  return [first, ...others];
}

/** The span of the step after `done`; after the last step it is the last one. */
export function spanAfter(spans: readonly [Span, ...Span[]], done: number): Span {
  return spans.find(({ until }) => done < until) ?? spans.at(-1) ?? spans[0];
}

function spansOfLeg(
  { freeze, schedule }: Recipe,
  { from, until, total }: Leg,
  stepsPerEpoch: number,
): Span[] {
  const frozen = Math.min(total, (freeze?.epochs ?? 0) * stepsPerEpoch);
  const head: Span[] =
    freeze === undefined
      ? []
      : [
          {
            from: 0,
            to: frozen,
            schedule: freeze.schedule,
            until: Math.min(frozen, until),
            total,
            frozen: true,
          },
        ];
  const spans = [...head, { from: frozen, to: total, schedule, until, total, frozen: false }];
  return spans.filter((span) => Math.max(from, span.from) < span.until);
}
