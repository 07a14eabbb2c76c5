// What a sweep searches: options whose value is a range or a list, read from the command line.
import { UserError } from '../../models/errors.ts';

/** A number between two ends, both of which it may be. */
export interface NumberRange {
  readonly option: string;
  /** Whole numbers are drawn where the option takes no others. */
  readonly kind: 'real' | 'whole';
  readonly low: number;
  readonly high: number;
  /** Drawn evenly by its logarithm. */
  readonly log: boolean;
}

/** One of several texts. */
export interface Choice {
  readonly option: string;
  readonly kind: 'choice';
  readonly values: readonly string[];
}

export type Dimension = NumberRange | Choice;

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
const RANGE = new RegExp(`^(log:)?(${NUMBER})\\.\\.(${NUMBER})$`, 'i');

/** Meant as a range: a number at one side of dots. `1e-3...1e-1` would else be read as 1e-3 to .1e-1. */
const BROKEN = new RegExp(`\\.{3}|^(\\w+:)?${NUMBER}\\.\\.|\\.\\.${NUMBER}$`, 'i');

/**
 * Reads `a..b`, `log:a..b`, `{a,b,c}` or `a|b|c`; undefined for any other text.
 * @param accepts - Whether the option takes a text as its value.
 * @throws UserError for a range or a list that holds nothing to choose
 */
export function readDimension(
  option: string,
  text: string,
  accepts: (value: string) => boolean,
): Dimension | undefined {
  const [, log, low = '', high = ''] = (!text.includes('...') && RANGE.exec(text)) || [];
  if (low !== '') return readRange(option, text, [low, high], log !== undefined, accepts);
  if (text.startsWith('log:'))
    throw new UserError(
      `--${option} log: takes two numbers, such as log:1e-4..1e-1; received ${JSON.stringify(text)}.`,
    );
  const list =
    /^\{(.*)\}$/s.exec(text)?.[1]?.split(',') ?? (text.includes('|') ? text.split('|') : undefined);
  if (list === undefined) {
    if (BROKEN.test(text))
      throw new UserError(
        `--${option} takes a range of two numbers with two dots, such as 0.001..0.1 or log:1e-4..1e-1; received ${JSON.stringify(text)}.`,
      );
    return undefined;
  }
  const values = list.map((value) => value.trim());
  if (values.length < 2 || values.includes('') || new Set(values).size < values.length)
    throw new UserError(
      `--${option} takes a list of two different values or more, such as '{a,b,c}'; received ${JSON.stringify(text)}.`,
    );
  return { option, kind: 'choice', values };
}

function readRange(
  option: string,
  text: string,
  ends: readonly [string, string],
  log: boolean,
  accepts: (value: string) => boolean,
): NumberRange {
  const [low, high] = [Number(ends[0]), Number(ends[1])];
  if (low >= high || !Number.isFinite(high - low))
    throw new UserError(
      `--${option} takes a range from a smaller to a larger number; received ${JSON.stringify(text)}.`,
    );
  if (log && low <= 0)
    throw new UserError(
      `--${option} log: takes numbers above 0, which have a logarithm; received ${JSON.stringify(text)}.`,
    );
  const isWhole = Number.isInteger(low) && Number.isInteger(high) && !accepts(String(low + 0.5));
  return { option, kind: isWhole ? 'whole' : 'real', low, high, log };
}

/** The values that every other lies between, as they are typed. */
export function extremesOf(dimension: Dimension): readonly [string, ...string[]] {
  if (dimension.kind !== 'choice') return [String(dimension.low), String(dimension.high)];
  const [first = '', ...others] = dimension.values;
  return [first, ...others];
}

/** A value from the middle. */
export function middleOf(dimension: Dimension): string {
  if (dimension.kind === 'choice') return extremesOf(dimension)[0];
  const { kind, low, high, log } = dimension;
  const middle = log ? Math.sqrt(low * high) : (low + high) / 2;
  return String(kind === 'whole' ? Math.round(middle) : Number(middle.toPrecision(4)));
}

/** `0.001 to 0.1`, `0.0001 to 0.1, evenly by its logarithm`, `adam, sgd`. */
export function dimensionInWords(dimension: Dimension): string {
  if (dimension.kind === 'choice') return dimension.values.join(', ');
  const { kind, low, high, log } = dimension;
  return `${low} to ${high}${kind === 'whole' ? ', whole numbers' : ''}${log ? ', evenly by its logarithm' : ''}`;
}
