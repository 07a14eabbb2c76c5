// Files that appear whole or not at all: written under a temporary name, then renamed.
import { renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { messageOf, UserError } from '../../models/errors.ts';

/** The end of the name of a file that is being written; what a killed process left of it is removed. */
export const TEMPORARY = '.tmp';

/** @throws UserError when it cannot be written, for example because the disk is full; what was there before stays. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}${TEMPORARY}`;
  try {
    writeFileSync(temporary, text);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new UserError(`${path} cannot be written: ${messageOf(error)}.`);
  }
}

/** Writes all of `bytes` at the end of an open file. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}
