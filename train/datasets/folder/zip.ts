// A ZIP archive of pictures, such as a project of the page on which somebody teaches: unpacked into the cache, once.
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { messageOf, UserError } from '../../../models/errors.ts';
import { hashFile, makeFolder } from '../../../setup/files/index.mjs';
import { shellWord } from '../../../setup/invocation.mjs';
import { cacheFolder } from '../../../setup/paths.mjs';

/** Bytes that the archive, and all that is in it, may have: both are in memory at once. */
const MOST_BYTES = 2 ** 31;

export const isZip = (path: string): boolean => /\.zip$/i.test(path) && statSync(path).isFile();

/**
 * The folder in the cache that an archive was unpacked to; archives of the same content share one.
 * @throws UserError for one that is damaged, too large, or has files that would be outside of its folder
 */
export async function unpackedZip(path: string): Promise<string> {
  checkSize(path, statSync(path).size);
  const folder = join(cacheFolder(), 'archives', hashFile(path).slice(0, 32));
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  await makeFolder(folder, async (temporary) => {
    for (const [name, content] of Object.entries(filesIn(path))) {
      const file = join(temporary, name);
      try {
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, content);
      } catch (error) {
        throw new UserError(`${path} cannot be unpacked to ${dirname(folder)}: ${messageOf(error)}`, {
          cause: error,
        });
      }
    }
  });
  return folder;
}

/** The files of an archive by their paths in it. */
function filesIn(path: string): Record<string, Uint8Array> {
  let sum = 0;
  try {
    return unzipSync(readFileSync(path), {
      filter({ name, originalSize }) {
        if (name.endsWith('/')) return false;
        if (/^([/\\]|[a-z]:)/i.test(name) || name.split(/[/\\]/).includes('..'))
          throw new UserError(
            `${path} has a file ${JSON.stringify(name)}, which would be outside of the folder that it is unpacked to: expected a folder of pictures for each class.`,
          );
        sum += originalSize;
        checkSize(path, sum);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path} is no ZIP archive that can be read (${messageOf(error)}): make it again, or unpack it and name the folder.`,
      { cause: error },
    );
  }
}

function checkSize(path: string, bytes: number): void {
  if (bytes <= MOST_BYTES) return;
  throw new UserError(
    `${path} has more than 2 GiB: unpack it (unzip ${shellWord(path)} -d ${shellWord(basename(path, '.zip'))}), then name the folder.`,
  );
}
