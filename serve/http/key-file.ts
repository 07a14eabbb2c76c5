// A file of keys that may change while the server runs: keys are exchanged without a restart.
import { messageOf, UserError } from '../../models/errors.ts';
import type { Log } from '../log.ts';
import { type KeyRing, parseKeys, readKeyFile } from './api-keys.ts';
import type { Quota } from './quotas.ts';

export interface KeyFile {
  /** By the keys that count now. */
  readonly ring: KeyRing;
  quotaOf(owner: string): Quota | undefined;
  count(): number;
  /**
   * Looks whether the file is another one. It is taken when two looks find the same, since it may still be written; from then
   * on what it does not hold opens nothing. One that is not usable is said once, and the keys before it go on.
   */
  look(): void;
}

/** Milliseconds between two looks. */
const INTERVAL = 500;

/** @throws UserError as `readKeys` does, for the file as it is now. */
export function openKeyFile(path: string, log: Log): KeyFile {
  const first = readKeyFile(path);
  let keys = parseKeys(first, path);
  /** What was taken or refused last, and what the last look found. */
  let taken = textOf(first);
  let seen = taken;

  function take(found: Uint8Array | UserError): void {
    try {
      if (found instanceof UserError) throw found;
      keys = parseKeys(found, path);
      log(`${path} has changed: its keys (${keys.count}) count now, and none of those before`);
    } catch (error) {
      log(`${messageOf(error)}; the keys (${keys.count}) that were read before go on`, { level: 'error' });
    }
  }

  return {
    ring: (key) => keys.ring(key),
    quotaOf: (owner) => keys.quotas.get(owner),
    count: () => keys.count,
    look() {
      const found = readOrWhyNot(path);
      const text = textOf(found);
      if (text === seen && text !== taken) {
        taken = text;
        take(found);
      }
      seen = text;
    },
  };
}

/** Looks until the process ends, which it does not keep from ending. */
export function watchKeyFile({ look }: Pick<KeyFile, 'look'>): void {
  setInterval(look, INTERVAL).unref();
}

function readOrWhyNot(path: string): Uint8Array | UserError {
  try {
    return readKeyFile(path, { waits: false }); // requests would wait too
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** A text that is another one for each content, and for each reason why there is none. */
function textOf(found: Uint8Array | UserError): string {
  return found instanceof UserError ? `none: ${found.message}` : `:${Buffer.from(found).toString('latin1')}`;
}
