// Files that appear whole or not at all: written under a temporary name, then renamed.
import { renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { messageOf } from '../../models/errors.ts';
import { DiskError } from '../errors.ts';

/** The end of the name of a file that is being written; what a killed process left of it is removed. */
export const TEMPORARY = '.tmp';

/** @throws DiskError when it cannot be written, for example because the disk is full; what was there before stays. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = `${path}${TEMPORARY}`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw notWritten(path, error);
  }
}

/**
 * Writes all of `bytes` into an open file: at its end, or where its position is, or at `position`.
 * @param path - Of the file, for messages.
 * @throws DiskError when it cannot be written, for example because the disk is full.
 */
export function writeAll(file: number, path: string, bytes: Uint8Array, position?: number): void {
  try {
    writeBytes(file, bytes, position);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** The same, with the system's own error. */
export function writeBytes(file: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, undefined, position === undefined ? null : position + done);
}

/** What a file that cannot be written means to the person at the terminal. */
export function notWritten(path: string, error: unknown): DiskError {
  const full = error instanceof Error && 'code' in error && /^(ENOSPC|EDQUOT)$/.test(String(error.code));
  return new DiskError(
    full
      ? `The disk is full: ${path} cannot be written (${messageOf(error)}). What is finished is kept: make room, then give the same command again.`
      : `${path} cannot be written: ${messageOf(error)}.`,
  );
}
