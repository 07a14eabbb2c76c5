// `defineOptimizer` and `defineSchedule`: how weights follow their gradients, and how fast, by functions of a user's own.

import { inspect } from 'node:util';
import { UserError } from '../../models/errors.ts';
import { tf } from '../graph/tensorflow.ts';
import { type OptimizerDefinition, optimizers } from '../optimizers/index.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { type ScheduleDefinition, schedules } from '../optimizers/schedules/index.ts';
import type { Scheduled } from '../optimizers/schedules/schedule.ts';
import { type Chosen, chosen } from './chosen.ts';
import { type GivenOptions, type OptionValues, type OwnOptions, schemasOf } from './options.ts';
import { ownError } from './own-error.ts';
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
  const owner = `The optimizer ${name}`;
  if (typeof build !== 'function')
    throw new UserError(`${owner} has no function build: expected (options) => ({ slots, update }).`);
  const definition: OptimizerDefinition = {
    name,
    options: schemasOf(owner, options),
    // The schemas were made of O.
    build: (values) => checkedRule(owner, build(values as OptionValues<O> & { weightDecay: number })),
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
  const owner = `The schedule ${name}`;
  if (typeof at !== 'function')
    throw new UserError(
      `${owner} has no function at: expected (options, done) => ({ learningRate, momentum }).`,
    );
  const definition: ScheduleDefinition = {
    name,
    options: schemasOf(owner, options),
    // The schemas were made of O.
    at: (values, done) => checkedAt(owner, done, () => at(values as OptionValues<O> & Peak, done)),
  };
  return (given) => chosen('schedule', definition, given);
}

type Peak = { readonly learningRate: number };

/** What a schedule gives, which says in words when these are no numbers. */
function checkedAt(owner: string, done: number, at: () => unknown): Scheduled {
  const given = resultOf(owner, at);
  const [learningRate, momentum] = ['learningRate', 'momentum'].map((field) => fieldOf(given, field));
  if (isNumber(learningRate) && isNumber(momentum)) return { learningRate, momentum };
  throw new UserError(
    `${owner} gives ${inWords(given)} at ${done}: expected { learningRate, momentum }, both of them numbers.`,
  );
}

/** The rule, which says in words when what it gives is no weight. */
function checkedRule(owner: string, rule: Optimizer): Optimizer {
  if (typeof fieldOf(rule, 'slots') !== 'function' || typeof fieldOf(rule, 'update') !== 'function')
    throw new UserError(
      `${owner} builds ${inWords(rule)}: expected { slots: (shape) => [], update: (weight, gradient, slots, step) => ({ weight, slots }) }.`,
    );
  return {
    ...rule,
    slots: (shape) => rule.slots(shape),
    update(weight, ...others) {
      const given = rule.update(weight, ...others);
      const [next, slots] = ['weight', 'slots'].map((field) => fieldOf(given, field));
      const isWeight = next instanceof tf.Tensor && next.shape.join() === weight.shape.join();
      if (isWeight && typeof slots === 'object' && slots !== null) return given;
      throw new UserError(
        `${owner} gives ${next instanceof tf.Tensor ? `a weight of shape [${next.shape}]` : inWords(given)} for a weight of shape [${weight.shape}]: expected { weight, slots }, the weight of the same shape.`,
      );
    },
  };
}

/** @throws UserError with what a user's function throws, and where. */
function resultOf(owner: string, work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    throw ownError(`${owner} fails`, error);
  }
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function inWords(value: unknown): string {
  return typeof value === 'object' && value !== null ? inspect(value, { depth: 0 }) : String(value);
}
