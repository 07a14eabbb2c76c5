// The schedules that a recipe can name: one file and one line in this list for each.
import { definitionOf, type InputOf, type Named, namedSchema, type OutputOf } from '../../definition.ts';
import { constant } from './constant.ts';
import { cosine } from './cosine.ts';
import { flatCosine } from './flat-cosine.ts';
import { oneCycle } from './one-cycle.ts';
import { peak, type ScheduleDefinition, type Scheduled } from './schedule.ts';
import { step } from './step.ts';
import { triangle } from './triangle.ts';

export { defineSchedule, type ScheduleDefinition } from './schedule.ts';

export const schedules = [constant, step, cosine, flatCosine, triangle, oneCycle] as const;

type Peak = typeof peak;

/** A recipe's `schedule`, one of any list. */
export interface AnySchedule extends Named {
  readonly learningRate: number;
}

/** As it is written. */
export type ScheduleInput<D extends ScheduleDefinition> = InputOf<D, Peak>;

/** The name and the options of a built-in schedule. */
export type ScheduleOptions = OutputOf<(typeof schedules)[number], Peak>;

/** The schema of a recipe's `schedule`, one of `definitions`. */
export function scheduleSchemaOf<D extends ScheduleDefinition>(definitions: readonly D[]) {
  return namedSchema<D, Peak>(definitions, { first: peak });
}

/** A recipe's `schedule`, one of the built-in ones. */
export const scheduleSchema = scheduleSchemaOf(schedules);

/**
 * Learning rate and momentum of one step.
 * @param done - Share of the steps before this one, 0 <= done < 1.
 */
export function scheduleAt(
  { name, ...options }: AnySchedule,
  done: number,
  known: readonly ScheduleDefinition[] = schedules,
): Scheduled {
  return definitionOf('schedule', name, known).at(options, done);
}
