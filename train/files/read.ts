// Files that may not be there: an error that names the file, without a stack trace.
import { readFileSync } from 'node:fs';
import { messageOf, UserError } from '../../models/errors.ts';

/** @throws UserError when the file cannot be read. */
export function readWhole(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new UserError(`${path} cannot be read: ${messageOf(error)}`);
  }
}
