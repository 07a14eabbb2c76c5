// The address of a Ray cluster, as the command line names it.
import { UserError } from '../../models/errors.ts';

/** @throws UserError when it is no address of a Ray cluster. */
export function checkAddress(address: string): void {
  if (/^ray:\/\/(\[[^\]\s]+\]|[^/\s:]+):\d+$/.test(address)) return;
  throw new UserError(
    `--on takes the address of a Ray cluster, such as ray://head:10001; received ${JSON.stringify(address)}.`,
  );
}
