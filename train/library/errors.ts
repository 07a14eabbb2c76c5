// Errors of what a program asks for: those that its user can do something about are in our words.
import { UserError } from '../../models/errors.ts';
import { systemErrorInWords } from '../../models/system-error.ts';
import { DiskError } from '../errors.ts';

/**
 * Does some work.
 * @throws what it throws, a DiskError for what the system says of a place that cannot be read or written
 */
export async function inErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const words = systemErrorInWords(error);
    throw words === undefined ? error : new DiskError(words, { cause: error });
  }
}
