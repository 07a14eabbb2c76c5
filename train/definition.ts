// A definition: one named member of a family (an architecture, an optimizer, ...), and a recipe's field that names one.
import { z } from 'zod';
import { UserError } from '../models/errors.ts';
import { suggestion } from '../models/nearest.ts';

/** The options of a definition: a zod schema for each, by name. */
export type OptionSchemas = Readonly<Record<string, z.ZodType>>;

/** The options as a recipe has them, defaults filled in. */
export type OptionsOf<S extends OptionSchemas> = z.output<z.ZodObject<S, z.core.$strict>>;

export interface Definition<Name extends string = string, S extends OptionSchemas = OptionSchemas> {
  /** What a recipe calls it. */
  readonly name: Name;
  readonly options: S;
  /** What is wrong with options that are valid one by one: `expected as many blocks as widths`. */
  check?(options: OptionsOf<S>): string | undefined;
}

/** A recipe's field that names one definition, as it is resolved: `{ name: 'vgg', dropout: 0.5 }`. */
export interface Named {
  readonly name: string;
  readonly [option: string]: unknown;
}

type Flat<T> = { [K in keyof T]: T[K] };

/** What is written in a recipe to name one of `D`; `Shared` are options that all of them have. */
export type InputOf<D extends Definition, Shared extends OptionSchemas = Record<never, never>> =
  D extends Definition<infer Name, infer S>
    ? Flat<{ name: Name } & z.input<z.ZodObject<S & Shared, z.core.$strict>>>
    : never;

/** The same with every default filled in. */
export type OutputOf<D extends Definition, Shared extends OptionSchemas = Record<never, never>> =
  D extends Definition<infer Name, infer S>
    ? Flat<{ name: Name } & z.output<z.ZodObject<S & Shared, z.core.$strict>>>
    : never;

/** Options that every member of a family has, before its own and after them. */
export interface SharedOptions {
  readonly first?: OptionSchemas;
  readonly last?: OptionSchemas;
}

/** The schema of a field that names one of `definitions`, all of which have the options `Shared` as well. */
export function namedSchema<D extends Definition, Shared extends OptionSchemas = Record<never, never>>(
  definitions: readonly D[],
  { first = {}, last = {} }: SharedOptions = {},
): z.ZodType<OutputOf<D, Shared>, InputOf<D, Shared>> {
  const [one, ...others] = definitions.map(({ name, options, check }) => {
    const schema = z.strictObject({ name: z.literal(name), ...first, ...options, ...last });
    return check === undefined ? schema : schema.superRefine(explained(check));
  });
  if (one === undefined) throw new Error('a family without members has no schema');
  // zod's types follow no list of unknown length.
  return z.discriminatedUnion('name', [one, ...others]) as unknown as z.ZodType<
    OutputOf<D, Shared>,
    InputOf<D, Shared>
  >;
}

/** What a definition says against its options, as zod hears it. */
function explained<T>(check: (options: T) => string | undefined) {
  return (options: T, context: z.RefinementCtx<T>): void => {
    const message = check(options);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
}

/**
 * The definition called `name`.
 * @param kind - What it is one of, for the message: `architecture`.
 * @throws UserError when there is none, with the nearest name.
 */
export function definitionOf<D extends { readonly name: string }>(
  kind: string,
  name: string,
  definitions: readonly D[],
): D {
  const found = definitions.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = definitions.map((each) => each.name);
  throw new UserError(`There is no ${kind} ${JSON.stringify(name)}. ${suggestion(name, names)}`);
}
