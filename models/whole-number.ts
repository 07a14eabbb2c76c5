// Whole numbers among the options of a command.
import { UserError } from './errors.ts';

/**
 * Reads a whole number that was given as `--option text`.
 *
 * @throws UserError that names the option, what was received and what is expected.
 */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UserError(`--${option}: received "${text}", expected a whole number from ${least} to ${most}`);
}

/** A port to listen on; 0 takes a free one. */
export function portNumber(text: string): number {
  return wholeNumber('port', text, 0, 65_535);
}
