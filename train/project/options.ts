// The options of something of a user's own: plain defaults, as `{ width: 32 }`, or zod schemas, as ours have them.
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import { valid } from '../../models/validate.ts';
import type { OptionSchemas } from '../definition.ts';

/** A default, whose type an option then has; or a zod schema. */
export type OwnOption = number | boolean | string | readonly number[] | readonly string[] | z.ZodType;

/** Options by name. */
export type OwnOptions = Readonly<Record<string, OwnOption>>;

type Widened<O> = O extends number
  ? number
  : O extends boolean
    ? boolean
    : O extends string
      ? string
      : O extends readonly number[]
        ? readonly number[]
        : O extends readonly string[]
          ? readonly string[]
          : never;

/** The options as they are given: what is left out has its default. */
export type GivenOptions<O extends OwnOptions> = {
  readonly [K in keyof O]?: O[K] extends z.ZodType ? z.input<O[K]> : Widened<O[K]>;
};

/** The options with every default filled in. */
export type OptionValues<O extends OwnOptions> = {
  readonly [K in keyof O]: O[K] extends z.ZodType ? z.output<O[K]> : Widened<O[K]>;
};

/**
 * A schema for each option.
 * @param owner - For messages: `The architecture tiny`.
 * @throws UserError for a default that is none of the types that an option can have.
 */
export function schemasOf(owner: string, options: OwnOptions): OptionSchemas {
  return Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, schemaOf(`${owner}: its option ${name}`, option)]),
  );
}

function schemaOf(where: string, option: unknown): z.ZodType {
  if (isSchema(option)) return option;
  if (typeof option === 'number' && Number.isFinite(option)) return z.number().default(option);
  if (typeof option === 'boolean') return z.boolean().default(option);
  if (typeof option === 'string') return z.string().default(option);
  if (isListOf(option, 'number')) return z.array(z.number()).default(option);
  if (isListOf(option, 'string')) return z.array(z.string()).default(option);
  throw new UserError(
    `${where} has the default ${JSON.stringify(option) ?? String(option)}: expected a number, true or false, a text, a list of numbers or texts with at least one, or a zod schema.`,
  );
}

/** Also one of another copy of zod: its objects are told by what they have. */
function isSchema(option: unknown): option is z.ZodType {
  return typeof option === 'object' && option !== null && '_zod' in option;
}

function isListOf<T extends 'number' | 'string'>(
  option: unknown,
  type: T,
): option is (T extends 'number' ? number : string)[] {
  return Array.isArray(option) && option.length > 0 && option.every((each) => typeof each === type);
}

/**
 * `given` with every default filled in.
 * @throws UserError that names what is wrong with it
 */
export function filledIn(owner: string, schemas: OptionSchemas, given: unknown): Record<string, unknown> {
  return valid(z.strictObject(schemas), given ?? {}, `${owner} cannot be made like that`, 'options');
}
