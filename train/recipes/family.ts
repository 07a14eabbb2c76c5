// A family of recipes: one recipe, and options of its own by which it becomes another.
import { UserError } from '../../models/errors.ts';
import { oneOf } from '../../models/nearest.ts';
import type { RecipeInput, RecipeInputOf } from './recipe.ts';
import type { BuiltIn, Registry } from './registry.ts';

/** What every recipe has as it is written, whatever lists it names something of. */
export interface WrittenRecipe {
  readonly name: string;
  readonly description: string;
  readonly dataset: string;
  readonly options?: Readonly<Record<string, string>> | undefined;
}

/** Some fields of a recipe; of a field that is an object, some of its fields. */
export type ChangesOf<R extends WrittenRecipe> = {
  readonly [Field in keyof R]?: R[Field] extends string | number | undefined ? R[Field] : Partial<R[Field]>;
};

/** Some fields of a recipe that names what is built in. */
export type Changes = ChangesOf<RecipeInput>;

/** An option of the command line, such as `--init`: each of its values changes the recipe. */
export interface RecipeOption<C extends object = object> {
  /** Without the dashes. */
  readonly name: string;
  readonly description: string;
  /** The value that is meant when none is given. */
  readonly standard: string;
  readonly values: Readonly<Record<string, C>>;
  /** It came after runs of its family: its standard value is not written, so that their recipes are still equal. */
  readonly isLater?: true;
  /** What a run with a value shows and why, for its report: text as `marked` takes it. */
  readonly lessons?: Readonly<Record<string, string>>;
}

export interface Family<R extends WrittenRecipe = WrittenRecipe> {
  readonly recipe: R;
  /** What the family teaches, for the report: text as `marked` takes it. */
  readonly lesson?: string;
  readonly options?: readonly RecipeOption<ChangesOf<R>>[];
}

/**
 * Defines a recipe, with the options by which it becomes another.
 * @example
 * // Of a user's own lists:
 * export const mine = defineRecipe<typeof lists>({ recipe: { name: 'mine', ... } });
 */
export function defineRecipe<R extends Registry = BuiltIn>(
  family: Family<RecipeInputOf<NoInfer<R>>>,
): Family<RecipeInputOf<NoInfer<R>>> {
  return family;
}

/**
 * The member of `family` that `chosen` names, by option: `{ init: 'small' }`.
 * @throws UserError for an option or a value that the family does not have, with the nearest.
 */
export function memberOf<R extends WrittenRecipe>(
  family: Family<R>,
  chosen: Readonly<Record<string, string>>,
): R {
  const { recipe, options = [] } = family;
  const names = options.map(({ name }) => `--${name}`);
  for (const name of Object.keys(chosen))
    if (!names.includes(`--${name}`))
      throw new UserError(
        `The recipe ${recipe.name} has no option --${name}; ${names.length > 0 ? `it has ${names.join(', ')}` : 'it has no options of its own'}.`,
      );
  if (options.length === 0) return recipe;
  let member: object = recipe;
  const resolved: Record<string, string> = {};
  for (const option of options) {
    const value = chosen[option.name] ?? option.standard;
    member = merged(member, changesOf(option, value));
    if (!option.isLater || value !== option.standard) resolved[option.name] = value;
  }
  return { ...recipe, ...member, options: resolved };
}

function changesOf({ name, values }: RecipeOption, value: string): object {
  return values[oneOf(`--${name}`, Object.keys(values), value)] ?? {};
}

/**
 * `base` with `changes` in it, objects field by field; one that gets another `name` (another optimizer, another
 * schedule) is replaced whole.
 */
export function merged(base: object, changes: object): object {
  const before = new Map<string, unknown>(Object.entries(base));
  const after = Object.entries(changes).map(([field, value]): [string, unknown] => {
    const old = before.get(field);
    return [field, isObject(old) && isObject(value) && !isOther(old, value) ? merged(old, value) : value];
  });
  return { ...base, ...Object.fromEntries(after) };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOther(a: object, b: object): boolean {
  return 'name' in a && 'name' in b && a.name !== b.name;
}
