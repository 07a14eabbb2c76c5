// `--class-weights`: balanced, a JSON file with a weight for each class, or that JSON itself.
import { readFileSync, statSync } from 'node:fs';
import { messageOf, UserError } from '../../models/errors.ts';
import { SMALL_FILE } from '../../models/small-file.ts';
import { valid } from '../../models/validate.ts';
import { type ClassWeights, classWeightsSchema } from '../tasks/task.ts';

const EXPECTED = 'expected balanced, or JSON such as {"cat": 3, "dog": 1}, in a file or as it is';

/** @throws UserError when the file cannot be read, or has something else than a number above 0 for each class. */
export function readClassWeights(text: string): ClassWeights {
  if (text === 'balanced') return text;
  const isJson = text.trimStart().startsWith('{');
  let value: unknown;
  try {
    value = JSON.parse(isJson ? text : readWhole(text));
  } catch (error) {
    throw new UserError(`--class-weights ${text}: ${messageOf(error)}; ${EXPECTED}.`);
  }
  return valid(classWeightsSchema, value, `--class-weights ${text}`, 'weights');
}

function readWhole(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) throw new UserError(stats === undefined ? 'there is no such file' : 'it is no file');
  if (stats.size > SMALL_FILE) throw new UserError(`it has ${stats.size} bytes, more than ${SMALL_FILE}`);
  return readFileSync(path, 'utf8');
}
