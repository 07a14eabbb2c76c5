// Holds a value against a zod schema and says what is wrong in plain words: what was expected, what was received.
import { z } from 'zod';
import { UserError } from './errors.ts';
import { nearest } from './nearest.ts';

export interface Problem {
  /** Where it is, such as `['schedule', 'learningRate']`. */
  readonly path: readonly PropertyKey[];
  /** Such as `expected at least 1; received 0`. */
  readonly message: string;
}

export type Validated<T> =
  | { readonly value: T; readonly problems?: never }
  | { readonly value?: never; readonly problems: readonly Problem[] };

/** The value as the schema gives it, or everything that is wrong with it. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  received: unknown,
): Validated<z.output<Schema>> {
  const result = schema.safeParse(received, { error: expectedOf, reportInput: true });
  if (result.success) return { value: result.data };
  return { problems: result.error.issues.map((issue) => ({ path: issue.path, message: textOf(issue) })) };
}

/**
 * The value as the schema gives it.
 * @param wrong - First line of the error: `The recipe is not valid`.
 * @param whole - What the value itself is called.
 * @throws UserError with a line for everything that is wrong with it
 */
export function valid<Schema extends z.ZodType>(
  schema: Schema,
  received: unknown,
  wrong: string,
  whole: string,
): z.output<Schema> {
  const { value, problems } = validate(schema, received);
  if (problems === undefined) return value;
  throw new UserError([`${wrong}:`, ...problems.map((each) => `  ${lineOf(each, whole)}`)].join('\n'));
}

/** A problem on a line: `schedule.learningRate: expected more than 0; received -1`. */
export function lineOf({ path, message }: Problem, whole: string): string {
  return `${path.map(String).join('.') || whole}: ${message}`;
}

function textOf(issue: z.core.$ZodIssue): string {
  const { message, input } = issue;
  if (issue.code === 'unrecognized_keys' || issue.code === 'custom') return message;
  // Of objects that one field tells apart, that field is at fault, not the object.
  const field = issue.code === 'invalid_union' ? issue.discriminator : undefined;
  const received = field === undefined ? input : fieldOf(input, field);
  if (received === undefined) return message.replace(/^expected/, 'missing: expected');
  return `${message}; received ${shown(received)}`;
}

function fieldOf(input: unknown, field: string): unknown {
  return new Map(Object.entries(Object(input))).get(field);
}

/** Longest text of a received value; more would hide what was expected. */
const LONGEST = 60;

function shown(input: unknown): string {
  const text = JSON.stringify(input) ?? String(input);
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
}

const TYPES: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What would have been right, for each kind of issue that zod raises. */
function expectedOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${TYPES[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return `expected ${limit(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
    case 'too_big':
      return `expected ${limit(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
    case 'invalid_value':
      return oneOfThese(issue.values.map(String), issue.input);
    case 'invalid_union':
      return unionExpected(issue);
    case 'unrecognized_keys':
      return unknownFields(issue);
    default:
      return `expected something else (${issue.code})`;
  }
}

/** `at least 1`, of a number; of a list or a text, how long it has to be. */
function limit(origin: string, comparison: string, bound: number | bigint | Date): string {
  if (origin === 'array') return `${comparison} ${bound} ${bound === 1 ? 'value' : 'values'}`;
  return origin === 'string' ? `${comparison} ${bound} characters` : `${comparison} ${bound}`;
}

function oneOfThese(names: readonly string[], received: unknown): string {
  const guess = typeof received === 'string' && names.length > 1 ? nearest(received, names) : undefined;
  const expected = names.length === 1 ? names[0] : `one of ${names.join(', ')}`;
  return `expected ${expected}${guess === undefined ? '' : ` (${guess}?)`}`;
}

type Union = Extract<z.core.$ZodRawIssue, { code: 'invalid_union' }>;

/** A union of objects that are told apart by one field, or of other things, one of which it has to be. */
function unionExpected(issue: Union): string {
  if (Array.isArray(issue.options))
    return oneOfThese(issue.options.map(String), fieldOf(issue.input, String(issue.discriminator)));
  const each = issue.errors.flatMap((problems) => problems.slice(0, 1)).map(inUnion);
  return `expected ${[...new Set(each)].join(', or ')}`;
}

/** `a number`; of a field within, `height: a number`. */
function inUnion({ path, message }: z.core.$ZodIssue): string {
  const text = message.replace(/^expected /, '');
  return path.length === 0 ? text : lineOf({ path, message: text }, '');
}

function unknownFields({ keys, inst }: Extract<z.core.$ZodRawIssue, { code: 'unrecognized_keys' }>): string {
  const known = inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
  const [guess] = keys.flatMap((key) => nearest(key, known) ?? []);
  const hint =
    guess !== undefined ? ` (${guess}?)` : known.length > 0 ? `; there are: ${known.join(', ')}` : '';
  return `there ${keys.length === 1 ? 'is no field' : 'are no fields'} ${keys.join(', ')}${hint}`;
}
