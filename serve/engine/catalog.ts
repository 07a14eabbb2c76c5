// The catalog: which versions are served. It looks for changes in the repository, tries what is new, and lets the old
// version serve until the new one has given the golden outputs of its card.
import { UserError } from '../../models/errors.ts';
import type { ModelFile } from '../../models/repository.ts';
import type { Observer } from './events.ts';
import { type ServedModel, sessionKey, versionName } from './models.ts';
import { noModel, readServedModel } from './read-model.ts';
import { compareVersions, scanRepository } from './scan-repository.ts';

/** The result of opening a model: the reason when it cannot be opened. */
export interface Trial {
  readonly reason?: string;
  readonly milliseconds: number;
  /** A worker ended while it opened the model, which may not be the model's fault. */
  readonly ended?: boolean;
}

export interface CatalogOptions {
  readonly repository: string;
  /** Serves this model alone. */
  readonly only?: string | undefined;
  /** Opens a model, warms it up and checks it against its golden vectors. */
  readonly open: (model: ServedModel) => Promise<Trial>;
  /** Called with the models that stay open: one of each name. */
  readonly swap: (current: readonly ServedModel[]) => void;
  readonly observer: Observer;
  readonly log: (line: string) => void;
}

export interface Catalog {
  /** Sorted by name, then version. */
  models(): readonly ServedModel[];
  /** @throws UserError when there is no model that works. */
  load(): Promise<void>;
  /** Looks for versions that came, changed or went, and serves accordingly. */
  look(): Promise<void>;
}

interface Entry {
  readonly file: ModelFile;
  /** Stamp of the files from which `candidate` or `serving` was read, and the stamp that was seen last. */
  stamp: string;
  seen: string;
  /** It was read, but not tried yet. */
  candidate?: ServedModel | undefined;
  /** It is served: it is open, or will be opened for the first request. */
  serving?: ServedModel | undefined;
  trials: number;
}

/** How often a version is tried when workers end while they open it. */
const TRIALS = 2;

export function createCatalog(options: CatalogOptions): Catalog {
  const { repository, only, open, swap, observer, log } = options;
  const entries = new Map<string, Entry>();
  /** The version of each name that is open. */
  const current = new Map<string, ServedModel>();
  let models: readonly ServedModel[] = [];
  /** Why the first version that cannot be served is left out: for the error when there is no other. */
  let firstReason = '';
  let empty = false;

  async function read(entry: Entry, stamp: string): Promise<void> {
    entry.stamp = stamp;
    entry.seen = stamp;
    entry.trials = 0;
    try {
      entry.candidate = await readServedModel(entry.file);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      entry.candidate = undefined;
      leaveOut(entry, error.message);
    }
  }

  function leaveOut({ file, serving }: Entry, reason: string): void {
    const instead = current.get(file.name);
    firstReason ||= `: ${versionName(file)}: ${reason}`;
    const other = serving === undefined ? `version ${instead?.version}` : 'what was there before';
    const meanwhile = instead === undefined ? '' : `; ${other} goes on serving`;
    log(`${versionName(file)} is left out: ${reason}${meanwhile}`);
    observer.modelChanged?.(file, { kind: 'broken', reason });
  }

  /** Opens the newest version of a name that works; older ones are opened for their first request. */
  async function openNewest(name: string): Promise<void> {
    const versions = [...entries.values()].filter(({ file }) => file.name === name);
    versions.sort((a, b) => b.file.version - a.file.version);
    let found = false;
    for (const entry of versions) {
      const wanted = entry.candidate ?? entry.serving;
      if (wanted === undefined) continue;
      if (!found) found = await tryOut(entry, wanted);
      if (entry.candidate !== undefined && found) {
        entry.serving = entry.candidate;
        entry.candidate = undefined;
      }
    }
    if (!found) current.delete(name);
    publish();
  }

  /** @returns whether the entry is what serves under its name now. */
  async function tryOut(entry: Entry, wanted: ServedModel): Promise<boolean> {
    const { name } = entry.file;
    const isCurrent = (model: ServedModel) => {
      const now = current.get(name);
      return now !== undefined && sessionKey(now) === sessionKey(model);
    };
    if (isCurrent(wanted)) return true;
    const { reason, milliseconds, ended } = await open(wanted);
    if (reason === undefined) {
      const first = current.size === 0 || !current.has(name);
      current.set(name, wanted);
      if (!first)
        log(`${versionName(wanted)} serves from now on; it was ready in ${milliseconds.toFixed(0)} ms`);
      observer.modelChanged?.(wanted, { kind: 'serving', milliseconds });
      return true;
    }
    entry.candidate = undefined;
    if (ended && ++entry.trials < TRIALS)
      entry.stamp = ''; // looked at again
    else leaveOut(entry, reason);
    if (entry.serving !== undefined && isCurrent(entry.serving)) return true;
    entry.serving = undefined;
    return false;
  }

  function publish(): void {
    models = [...entries.values()].flatMap(({ serving }) => serving ?? []).sort(byNameAndVersion);
    swap([...current.values()]);
  }

  return {
    models: () => models,
    async load() {
      const found = await scanRepository(repository, only);
      if (found.size === 0) throw await noModel(repository, only);
      for (const [key, { file, stamp }] of found) {
        const entry: Entry = { file, stamp, seen: stamp, trials: 0 };
        entries.set(key, entry);
        await read(entry, stamp);
      }
      for (const name of namesOf(entries)) await openNewest(name);
      if (models.length === 0) throw new UserError(`no model of ${repository} can be served${firstReason}`);
    },
    async look() {
      const found = await scanRepository(repository, only);
      if (found.size === 0) {
        if (!empty) log(`${repository} has no models any more; those that were there go on serving`);
        empty = true;
        return;
      }
      empty = false;
      for (const [key, { file }] of found) {
        if (!entries.has(key)) entries.set(key, { file, stamp: '', seen: '', trials: 0 });
      }
      const { toRead, gone } = compareVersions(entries, found);
      const changed = new Set<string>();
      for (const entry of toRead) {
        await read(entry, entry.seen);
        changed.add(entry.file.name);
      }
      for (const { file } of gone) {
        entries.delete(versionName(file));
        changed.add(file.name);
        observer.modelChanged?.(file, { kind: 'removed' });
      }
      for (const name of changed) await openNewest(name);
    },
  };
}

function byNameAndVersion(a: ModelFile, b: ModelFile): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.version - b.version;
}

function namesOf(entries: ReadonlyMap<string, Entry>): string[] {
  return [...new Set([...entries.values()].map(({ file }) => file.name))];
}
