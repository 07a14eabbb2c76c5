// Spans of time as a person writes and reads them.
import { UserError } from '../../models/errors.ts';

/** Seconds as `45 s`, `9.5 min` or `1.2 h`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 90 * 60) return `${Number((seconds / 60).toFixed(1))} min`;
  return `${Number((seconds / 3600).toFixed(1))} h`;
}

/** Whether a time is given without its unit. */
export function isBareNumber(text: string): boolean {
  return /^[\s\d.]+$/.test(text);
}

/**
 * Seconds of a time such as `10m`, `90s` or `1.5h`; a bare number counts minutes.
 * @throws UserError for anything else.
 */
export function parseDuration(text: string): number {
  const [, digits = '', unit = ''] =
    /^\s*(\d+(?:\.\d+)?)\s*(s|sec|m|min|h)?\s*$/i.exec(text.toLowerCase()) ?? [];
  const seconds = Number(digits) * ({ s: 1, h: 3600 }[unit.charAt(0)] ?? 60);
  if (digits !== '' && seconds > 0) return seconds;
  throw new UserError(`--budget takes a time such as 10m, 90s or 1.5h; received ${JSON.stringify(text)}.`);
}
