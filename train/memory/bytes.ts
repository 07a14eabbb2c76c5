// Sizes of memory as a person writes them.
import { UserError } from '../../models/errors.ts';

/**
 * Bytes of a size such as `2g`, `1.5 GiB` or `800m`, in powers of 1,024.
 * @throws UserError for anything else.
 */
export function parseBytes(text: string): number {
  const [, digits = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text) ?? [];
  const bytes = Number(digits) * 1024 ** ' kmgt'.indexOf(unit.toLowerCase() || ' ');
  if (digits !== '' && bytes > 0) return bytes;
  throw new UserError(`--max-memory takes a size such as 2g or 800m; received ${JSON.stringify(text)}.`);
}
