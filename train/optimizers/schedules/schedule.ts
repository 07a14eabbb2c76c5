// What a schedule is: learning rate and momentum as functions of the share of training that is done.
import { z } from 'zod';
import type { Definition, OptionSchemas } from '../../definition.ts';

export interface Scheduled {
  learningRate: number;
  momentum: number;
}

export interface ScheduleDefinition<
  Name extends string = string,
  Options extends OptionSchemas = OptionSchemas,
> extends Definition<Name, Options> {
  /**
   * Learning rate and momentum of one step. Beside its own options, every schedule has a learning rate, the highest.
   * @param done - Share of the steps before this one, 0 <= done < 1.
   */
  at(options: z.output<z.ZodObject<typeof peak & Options, z.core.$strict>>, done: number): Scheduled;
}

/** Every schedule's first option: the highest learning rate. */
export const peak = { learningRate: z.number().positive() };

/** Defines a schedule, which recipes then name. */
export function defineSchedule<const Name extends string, Options extends OptionSchemas>(
  definition: ScheduleDefinition<Name, Options>,
): ScheduleDefinition<Name, Options> {
  return definition;
}

/** A share of the steps, or of the peak. */
export const share = z.number().min(0).max(1);

/** One momentum for all steps. */
export const constantMomentum = z.number().min(0).lt(1).default(0.9);

/**
 * A linear warm-up before the schedule proper: over the share `warmUp` of all steps, from the share `start` of the peak.
 * Goyal et al. 2017, https://arxiv.org/abs/1706.02677, section 2.2.
 */
export const warming = {
  momentum: constantMomentum,
  warmUp: z.number().min(0).lt(1).default(0),
  start: share.default(0),
};

interface WarmedUp {
  readonly learningRate: number;
  readonly momentum: number;
  readonly warmUp: number;
  readonly start: number;
}

/** The warm-up, then what `factorOf` makes of the peak. */
export function afterWarmUp(
  { learningRate, momentum, warmUp, start }: WarmedUp,
  done: number,
  factorOf: (done: number) => number,
): Scheduled {
  const factor = done < warmUp ? linear(start, 1, done / warmUp) : factorOf(done);
  return { learningRate: learningRate * factor, momentum };
}

/** How far `done` is on the way from `from` to the end of training, 0 to 1. */
export function since(from: number, done: number): number {
  return (done - from) / (1 - from);
}

export function linear(from: number, to: number, leg: number): number {
  return from + (to - from) * leg;
}

/** Half a cosine from `from` to `to`. */
export function cosineBetween(from: number, to: number, leg: number): number {
  return from + ((to - from) * (1 - Math.cos(Math.PI * leg))) / 2;
}
