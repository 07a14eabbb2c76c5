// A family of recipes: one recipe, and options of its own by which it becomes another.
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';
import type { RecipeInput } from './recipe.ts';

/** Some fields of a recipe; of a field that is an object, some of its fields. */
export type Changes = {
  readonly [Field in keyof RecipeInput]?: RecipeInput[Field] extends string | number | undefined
    ? RecipeInput[Field]
    : Partial<RecipeInput[Field]>;
};

/** An option of the command line, such as `--init`: each of its values changes the recipe. */
export interface RecipeOption {
  /** Without the dashes. */
  readonly name: string;
  readonly description: string;
  /** The value that is meant when none is given. */
  readonly standard: string;
  readonly values: Readonly<Record<string, Changes>>;
  /** What a run with a value shows and why, for its report: text as `marked` takes it. */
  readonly lessons?: Readonly<Record<string, string>>;
}

export interface Family {
  readonly recipe: RecipeInput;
  /** What the family teaches, for the report: text as `marked` takes it. */
  readonly lesson?: string;
  readonly options?: readonly RecipeOption[];
}

/**
 * The member of `family` that `chosen` names, by option: `{ init: 'small' }`.
 * @throws UserError for an option or a value that the family does not have, with the nearest.
 */
export function memberOf(family: Family, chosen: Readonly<Record<string, string>>): RecipeInput {
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
    resolved[option.name] = value;
  }
  return { ...recipe, ...member, options: resolved };
}

function changesOf({ name, values }: RecipeOption, value: string): Changes {
  const changes = Object.hasOwn(values, value) ? values[value] : undefined;
  if (changes !== undefined) return changes;
  const guess = nearest(value, Object.keys(values));
  throw new UserError(
    `--${name} takes ${Object.keys(values).join(', ')}; received ${JSON.stringify(value)}.${guess ? ` Did you mean ${guess}?` : ''}`,
  );
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
