// Numbers that are given to a command as `--option text`: read, held to their range, and refused in one form of words.
import { UserError } from './errors.ts';

/**
 * Reads a whole number.
 *
 * @param option - without its dashes, such as `top`.
 * @throws UserError such as `--top takes a whole number from 1 to 1000; received "0".`
 */
export function wholeNumber(
  option: string,
  text: string,
  least: number,
  most = Number.POSITIVE_INFINITY,
): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  const open = least > 0 ? `above ${least - 1}` : `of at least ${least}`;
  const range = most === Number.POSITIVE_INFINITY ? open : `from ${least} to ${most}`;
  throw refused(option, `a whole number ${range}`, text);
}

/** The ends of a range of real numbers; an end that is left out is infinity, which is itself outside. */
export interface RealRange {
  /** The smallest value. */
  readonly least?: number;
  /** The largest value. */
  readonly most?: number;
  /** What every value is greater than. */
  readonly above?: number;
  /** What every value is less than. */
  readonly below?: number;
}

/**
 * Reads a real number, such as `0.5`, `1e-4` or `-3`.
 *
 * @param what - what the number is, such as `a learning rate`, for the message.
 * @throws UserError such as `--learning-rate takes a learning rate above 0; received "fast".`
 */
export function realNumber(option: string, text: string, range: RealRange = {}, what = 'a number'): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const { least = -Number.MAX_VALUE, most = Number.MAX_VALUE } = range;
  const { above = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY } = range;
  if (value >= least && value <= most && value > above && value < below) return value;
  throw refused(option, [what, ...rangeInWords(range)].join(' '), text);
}

/** A port to listen on; 0 takes a free one. */
export function portNumber(text: string): number {
  return wholeNumber('port', text, 0, 65_535);
}

function rangeInWords({ least, most, above, below }: RealRange): string[] {
  if (least !== undefined && most !== undefined) return [`from ${least} to ${most}`];
  const low =
    least !== undefined ? `of at least ${least}` : above !== undefined ? `above ${above}` : undefined;
  const high = most !== undefined ? `of at most ${most}` : below !== undefined ? `below ${below}` : undefined;
  return low !== undefined && high !== undefined ? [`${low} and ${high}`] : [low ?? high ?? []].flat();
}

function refused(option: string, expected: string, text: string): UserError {
  return new UserError(`--${option} takes ${expected}; received ${JSON.stringify(text)}.`);
}
