// Which versions of a repository's models came, changed or went since the last look.
import { listModels, type ModelFile } from '../../models/repository.ts';
import { versionName } from './models.ts';
import { stampOf } from './read-model.ts';

/** A version that was found, and a text that changes whenever its files do. */
export interface FoundVersion {
  readonly file: ModelFile;
  readonly stamp: string;
}

/** Lists the versions in a repository by `name/version`, or those of one model. */
export async function scanRepository(
  repository: string,
  only: string | undefined,
): Promise<Map<string, FoundVersion>> {
  const files = (await listModels(repository)).filter(({ name }) => only === undefined || name === only);
  const found = await Promise.all(files.map(async (file) => ({ file, stamp: await stampOf(file.path) })));
  return new Map(found.map((version) => [versionName(version.file), version]));
}

/** What is known of a version: the stamp of the files that were read, and the one that was seen last. */
export interface KnownVersion {
  readonly stamp: string;
  seen: string;
}

/**
 * Compares what is known with what was found. Files that changed may still be written: they are to be read only when two
 * looks find them the same.
 *
 * @param known - `seen` is updated; versions that are not known yet are not added.
 * @returns the versions to read, and those that are gone.
 */
export function compareVersions<V extends KnownVersion>(
  known: ReadonlyMap<string, V>,
  found: ReadonlyMap<string, FoundVersion>,
): { toRead: V[]; gone: V[] } {
  const toRead: V[] = [];
  for (const [key, { stamp }] of found) {
    const version = known.get(key);
    if (version === undefined || version.stamp === stamp) continue;
    if (version.seen === stamp) toRead.push(version);
    else version.seen = stamp;
  }
  return { toRead, gone: [...known].flatMap(([key, version]) => (found.has(key) ? [] : [version])) };
}
