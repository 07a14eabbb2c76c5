// Which model of a repository answers when a request names none: a small file beside the models says so. The times of
// files do not: after a copy or a checkout they are in any order.
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSmallFile } from './small-file.ts';
import { decoded } from './written-json.ts';

/** Its first line is the name of a model. */
export const DEFAULT_FILE = 'default-model';

/** The name in the file; undefined where there is none. */
export async function readDefaultModel(repository: string): Promise<string | undefined> {
  const bytes = await readSmallFile(join(repository, DEFAULT_FILE)).catch(() => new Uint8Array());
  const [first = ''] = decoded(bytes)
    .trim()
    .split(/\s*[\r\n]/, 1);
  return first === '' ? undefined : first;
}

/** Makes a model the one that answers when none is named, as its export does. */
export async function writeDefaultModel(repository: string, name: string): Promise<void> {
  const path = join(repository, DEFAULT_FILE);
  const temporary = `${path}.${process.pid}`;
  try {
    await writeFile(temporary, `${name}\n`);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
