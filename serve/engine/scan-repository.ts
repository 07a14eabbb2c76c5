// Which versions of a repository's models came, changed or went since the last look.
import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ModelFile, type RepositoryFault, readRepository } from '../../models/repository.ts';
import { readSmallFile, SMALL_FILE } from '../../models/small-file.ts';
import { systemCode } from '../../models/system-reason.ts';
import { type Only, versionName } from './models.ts';

/** A version that was found, and a text that changes whenever its files do. */
export interface FoundVersion {
  readonly file: ModelFile;
  readonly stamp: string;
}

/** What one look at a repository finds. */
export interface RepositoryScan {
  /** By `name/version`. */
  readonly found: ReadonlyMap<string, FoundVersion>;
  /** Places that cannot be used. */
  readonly faults: readonly RepositoryFault[];
  /** For the next look. */
  readonly digests: Digests;
}

/** Digests of JSON files, by path, each with the size and times of the file that has it. */
export type Digests = ReadonlyMap<string, { readonly times: string; readonly digest: string }>;

/**
 * Milliseconds within which two changes of a file may have the same time: FAT counts in steps of two seconds.
 * Reference: https://git-scm.com/docs/racy-git.
 */
const SAME_TIME = 2_000;

/**
 * Lists what is in a repository.
 *
 * @param before - digests of the look before: of what has not changed since, none is made again.
 * @param digestOf - of a small file's content.
 * @throws the operating system's error when the repository is there and cannot be read.
 */
export async function scanRepository(
  repository: string,
  only: Only | undefined,
  before: Digests = new Map(),
  digestOf = digestOfFile,
): Promise<RepositoryScan> {
  const wanted = ({ name, version }: { readonly name: string; readonly version?: number }) =>
    only === undefined ||
    (name === only.name && (version === undefined || [undefined, version].includes(only.version)));
  const { models, faults } = await readRepository(repository, only?.name);
  const digests = new Map<string, { times: string; digest: string }>();

  /**
   * A text that changes whenever the files of a version change. Size and time of a file can be the same after a change:
   * the time of its last change of any kind (ctime) belongs to the stamp, and what is in a card.json.
   */
  async function stampOf(path: string): Promise<string> {
    const folder = dirname(path);
    const names = await readdir(folder).catch(() => [basename(path)]);
    const beside = names.filter((name) => !name.startsWith('.')).sort();
    return (await Promise.all(beside.map((name) => statText(join(folder, name))))).join('\n');
  }

  async function statText(path: string): Promise<string> {
    try {
      const now = Date.now();
      const { mtimeNs, ctimeNs, size, ino } = await stat(path, { bigint: true });
      const times = `${mtimeNs} ${ctimeNs} ${size} ${ino}`;
      if (!path.endsWith('.json') || size > SMALL_FILE) return `${path} ${times}`;
      const known = before.get(path);
      const digest = known?.times === times ? known.digest : await digestOf(path);
      if (now - Number(ctimeNs / 1_000_000n) > SAME_TIME) digests.set(path, { times, digest });
      return `${path} ${times} ${digest}`;
    } catch (error) {
      return `${path} ${systemCode(error) ?? String(error)}`;
    }
  }

  const found = await Promise.all(
    models
      .filter(wanted)
      .map(async (file) => [versionName(file), { file, stamp: await stampOf(file.path) }] as const),
  );
  return { found: new Map(found), faults: faults.filter(wanted), digests };
}

async function digestOfFile(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readSmallFile(path))
    .digest('hex');
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
