// Reads a file that a person writes, such as card.json: nothing but a file, and not without end. A pipe would make the reader
// wait for ever, and a device fill its memory.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from './errors.ts';

/** Bytes of any card or name, and far more. */
export const SMALL_FILE = 1024 * 1024;

/**
 * @param most - bytes that it may have.
 * @throws UserError when it is no file (a pipe, a device, a folder) or larger; the operating system's error otherwise.
 */
export async function readSmallFile(path: string, most = SMALL_FILE): Promise<Buffer> {
  // Without waiting for somebody who writes into a pipe. Windows has neither.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await file.stat();
    if (!stats.isFile())
      throw new UserError(
        `${basename(path)} cannot be read: it is ${stats.isDirectory() ? 'a folder' : 'a pipe or a device'}, expected a file`,
      );
    if (stats.size > most)
      throw new UserError(`${basename(path)} has ${stats.size} bytes, more than the ${most} that are read`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
