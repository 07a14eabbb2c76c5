// `defineOptimizer` and `defineSchedule`: how weights follow their gradients, and how fast, by functions of a user's own.

import { type OptimizerDefinition, optimizers } from '../optimizers/index.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { type ScheduleDefinition, schedules } from '../optimizers/schedules/index.ts';
import type { Scheduled } from '../optimizers/schedules/schedule.ts';
import { type Chosen, chosen } from './chosen.ts';
import { type GivenOptions, type OptionValues, type OwnOptions, schemasOf } from './options.ts';
import { checkFree, checkName } from './own-name.ts';

/** An optimizer of one's own. */
export interface OwnOptimizer<O extends OwnOptions> {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  /** The default of each option, or a zod schema for it; every optimizer has `weightDecay` besides. */
  readonly options?: O;
  /** The rule: `slots` names what is kept for a weight, `update` maps weight, gradient and slots to new ones. */
  build(options: OptionValues<O> & { readonly weightDecay: number }): Optimizer;
}

/** A schedule of one's own. */
export interface OwnSchedule<O extends OwnOptions> {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  /** The default of each option, or a zod schema for it; every schedule has `learningRate`, the highest, besides. */
  readonly options?: O;
  /**
   * Learning rate and momentum of one step.
   * @param done - Share of the steps before this one, 0 <= done < 1.
   */
  at(options: OptionValues<O> & { readonly learningRate: number }, done: number): Scheduled;
}

/**
 * Defines an optimizer, which recipes then have as their `optimizer`.
 * @throws UserError for a name or an option that cannot be
 * @example
 * const signs = defineOptimizer({
 *   name: 'signs',
 *   build: () => ({
 *     slots: () => [],
 *     update: (weight, gradient, _, { learningRate }) =>
 *       ({ weight: tf.sub(weight, tf.mul(tf.sign(gradient), learningRate)), slots: {} }),
 *   }),
 * });
 * defineRecipe({ ..., optimizer: signs() });
 */
export function defineOptimizer<O extends OwnOptions = Record<never, never>>(
  own: OwnOptimizer<O>,
): (options?: GivenOptions<O> & { readonly weightDecay?: number }) => Chosen<'optimizer'> {
  const { name, options = {}, build } = own;
  checkName('an optimizer', name);
  checkFree('an optimizer', name, optimizers);
  const definition: OptimizerDefinition = {
    name,
    options: schemasOf(`The optimizer ${name}`, options),
    // The schemas were made of O.
    build: (values) => build(values as OptionValues<O> & { weightDecay: number }),
  };
  return (given = {}) => chosen('optimizer', definition, given);
}

/**
 * Defines a schedule of the learning rate, which recipes then have as their `schedule`.
 * @throws UserError for a name or an option that cannot be
 * @example
 * const halving = defineSchedule({
 *   name: 'halving',
 *   options: { every: 0.25 },
 *   at: ({ learningRate, every }, done) =>
 *     ({ learningRate: learningRate / 2 ** Math.floor(done / every), momentum: 0.9 }),
 * });
 * defineRecipe({ ..., schedule: halving({ learningRate: 0.01 }) });
 */
export function defineSchedule<O extends OwnOptions = Record<never, never>>(
  own: OwnSchedule<O>,
): (options: GivenOptions<O> & { readonly learningRate: number }) => Chosen<'schedule'> {
  const { name, options = {}, at } = own;
  checkName('a schedule', name);
  checkFree('a schedule', name, schedules);
  const definition: ScheduleDefinition = {
    name,
    options: schemasOf(`The schedule ${name}`, options),
    // The schemas were made of O.
    at: (values, done) => at(values as OptionValues<O> & { learningRate: number }, done),
  };
  return (given) => chosen('schedule', definition, given);
}
