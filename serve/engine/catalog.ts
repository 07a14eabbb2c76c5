// Which versions are served: looks at the repository now and then, tries what is new, and lets the old one serve until
// the new one has answered its golden vectors.
import { UserError } from '../../models/errors.ts';
import { listModels, type ModelFile } from '../../models/repository.ts';
import type { Observer } from './events.ts';
import { keyOf, type ServedModel, sessionKey } from './models.ts';
import { noModel, readModel, stampOf } from './read-model.ts';

/** What came of opening a model: the reason when it cannot be. */
export interface Trial {
  readonly reason?: string;
  readonly milliseconds: number;
  /** A worker ended over it, which may not have been the model's fault. */
  readonly ended?: boolean;
}

export interface CatalogOptions {
  readonly repository: string;
  /** Serves this model alone. */
  readonly only?: string | undefined;
  /** Opens a model, warms it and holds it to its golden vectors. */
  readonly open: (model: ServedModel) => Promise<Trial>;
  /** Told which models are to be open: of each name one. */
  readonly swap: (current: readonly ServedModel[]) => void;
  readonly observer: Observer;
  readonly log: (line: string) => void;
}

export interface Catalog {
  /** Sorted by name, then version. */
  models(): readonly ServedModel[];
  /** @throws UserError when there is no model that works. */
  load(): Promise<void>;
  /** Looks whether something came, changed or went, and deals with it. */
  look(): Promise<void>;
}

interface Entry {
  readonly file: ModelFile;
  /** State of the files that `candidate` or `serving` was read from, and the one last seen. */
  stamp: string;
  seen: string;
  /** Read, but not yet tried. */
  candidate?: ServedModel | undefined;
  /** Is served: open, or to be opened when it is asked for. */
  serving?: ServedModel | undefined;
  trials: number;
}

/** Times that a version is tried when workers end over it. */
const TRIALS = 2;

export function createCatalog(options: CatalogOptions): Catalog {
  const { repository, only, open, swap, observer, log } = options;
  const entries = new Map<string, Entry>();
  /** The version of each name that is open. */
  const current = new Map<string, ServedModel>();
  let models: readonly ServedModel[] = [];
  /** Why the first version that was left out was, for when there is no other. */
  let firstReason = '';
  let empty = false;

  async function list(): Promise<Map<string, { file: ModelFile; stamp: string }>> {
    const files = (await listModels(repository)).filter(({ name }) => only === undefined || name === only);
    const stamped = await Promise.all(files.map(async (file) => ({ file, stamp: await stampOf(file.path) })));
    return new Map(stamped.map((one) => [keyOf(one.file), one]));
  }

  async function read(entry: Entry, stamp: string): Promise<void> {
    entry.stamp = stamp;
    entry.seen = stamp;
    entry.trials = 0;
    try {
      entry.candidate = await readModel(entry.file);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      entry.candidate = undefined;
      leaveOut(entry, error.message);
    }
  }

  function leaveOut({ file, serving }: Entry, reason: string): void {
    const instead = current.get(file.name);
    const who = serving === undefined && instead !== undefined ? `version ${instead.version}` : 'what it was';
    firstReason ||= `: ${keyOf(file)}: ${reason}`;
    const until = instead === undefined ? '' : `; ${who} goes on serving`;
    log(`${keyOf(file)} is left out: ${reason}${until}`);
    observer.modelChanged?.(file, { kind: 'broken', reason });
  }

  /** Opens the newest version of a name that works; those below it are opened when somebody asks for them. */
  async function settle(name: string): Promise<void> {
    const versions = [...entries.values()]
      .filter(({ file }) => file.name === name)
      .sort((a, b) => b.file.version - a.file.version);
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
      if (!first) log(`${keyOf(wanted)} serves from now on; it was ready in ${milliseconds.toFixed(0)} ms`);
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
    models = [...entries.values()]
      .flatMap(({ serving }) => serving ?? [])
      .sort((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1));
    swap([...current.values()]);
  }

  return {
    models: () => models,
    async load() {
      const found = await list();
      if (found.size === 0) throw await noModel(repository, only);
      for (const [key, { file, stamp }] of found) {
        const entry: Entry = { file, stamp, seen: stamp, trials: 0 };
        entries.set(key, entry);
        await read(entry, stamp);
      }
      for (const name of namesOf(entries)) await settle(name);
      if (models.length === 0) throw new UserError(`no model of ${repository} can be served${firstReason}`);
    },
    async look() {
      const found = await list();
      if (found.size === 0) {
        if (!empty) log(`${repository} has no models any more; those that were there go on serving`);
        empty = true;
        return;
      }
      empty = false;
      const touched = new Set<string>();
      for (const [key, { file, stamp }] of found) {
        const entry = entries.get(key) ?? { file, stamp: '', seen: '', trials: 0 };
        entries.set(key, entry);
        if (entry.stamp === stamp) continue;
        if (entry.seen !== stamp)
          entry.seen = stamp; // may still be on its way: the same twice is whole
        else {
          await read(entry, stamp);
          touched.add(file.name);
        }
      }
      for (const [key, { file }] of entries) {
        if (found.has(key)) continue;
        entries.delete(key);
        touched.add(file.name);
        observer.modelChanged?.(file, { kind: 'removed' });
      }
      for (const name of touched) await settle(name);
    },
  };
}

function namesOf(entries: ReadonlyMap<string, Entry>): string[] {
  return [...new Set([...entries.values()].map(({ file }) => file.name))];
}
