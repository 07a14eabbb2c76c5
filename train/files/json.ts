// JSON that a program of ours wrote: read with a schema, and a damaged file is said to be damaged.
import type { z } from 'zod';
import { messageOf, UserError } from '../../models/errors.ts';
import { lineOf, validate } from '../../models/validate.ts';
import { readWhole } from './read.ts';

/**
 * The value of a JSON text.
 * @param name - Of the file, for messages.
 * @throws UserError when it is not JSON, or not what the schema expects.
 */
export function parseJson<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
  name: string,
): z.output<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${name} is damaged: it is not JSON (${messageOf(error)}).`);
  }
  const result = validate(schema, value);
  const [problem] = result.problems ?? [];
  if (problem !== undefined) throw new UserError(`${name} is damaged: ${lineOf(problem, 'the whole')}.`);
  return result.value as z.output<Schema>;
}

/**
 * The value of a JSON file.
 * @throws UserError when it cannot be read, is not JSON, or is not what the schema expects.
 */
export function readJsonFile<Schema extends z.ZodType>(path: string, schema: Schema): z.output<Schema> {
  return parseJson(readWhole(path).toString(), schema, path);
}
