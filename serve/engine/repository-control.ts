// Loading and unloading by request: a name that was unloaded stays out, whatever happens in its folder, until it is loaded.
import { suggestion } from '../../models/nearest.ts';
import { inPublic } from '../explain.ts';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import { absentModel, type Entry, newEntry } from './catalog-entry.ts';
import type { Observer } from './events.ts';
import { type Only, type ServedModel, versionName } from './models.ts';
import type { RepositoryScan } from './scan-repository.ts';

export interface RepositoryControl {
  /**
   * Reads what is in a model's folder now, and opens the newest version that works: at the end, it answers.
   *
   * @throws Refusal 404 when there is no such model, 400 with the reason when its newest version cannot be used.
   */
  load(name: string): Promise<void>;
  /**
   * Takes all versions of a model out. Requests that have chosen one are answered; then its memory is freed.
   *
   * @throws Refusal 404 when no model of this name is there.
   */
  unload(name: string): Promise<void>;
}

/** Why a model that was unloaded does not answer. */
export const UNLOADED = 'it was unloaded';

export interface ControlOptions {
  readonly only: Only | undefined;
  /** Of the catalog, by `name/version`. */
  readonly entries: Map<string, Entry>;
  /** What was served of each name that is unloaded. */
  readonly unloaded: Map<string, readonly ServedModel[]>;
  readonly models: () => readonly ServedModel[];
  readonly scan: () => Promise<RepositoryScan>;
  /** Reads an entry's files, which have this stamp. */
  readonly read: (entry: Entry, stamp: string) => Promise<void>;
  /** Forgets entries that are not in the repository any more. */
  readonly removeGone: (gone: readonly Entry[]) => void;
  /** Opens the newest version of a name that works, and closes what is not served any more. */
  readonly openNewest: (name: string) => Promise<void>;
  /** @param before - the model that answered when none was named. */
  readonly readDefault: (before: string | undefined) => Promise<void>;
  readonly defaultName: () => string | undefined;
  readonly observer: Observer;
  readonly log: Log;
}

export function createControl(options: ControlOptions): RepositoryControl {
  const { only, entries, unloaded, models, scan, read, removeGone, openNewest } = options;
  const { readDefault, defaultName } = options;
  const { observer, log } = options;
  const entriesOf = (name: string) => [...entries.values()].filter(({ file }) => file.name === name);

  return {
    async load(name) {
      const before = defaultName();
      const { found, faults } = await scan();
      const own = [...found].filter(([, { file }]) => file.name === name);
      if (own.length === 0) {
        const fault = faults.find((each) => each.name === name);
        if (fault !== undefined) throw notLoaded(name, inPublic(fault.reason));
        throw unknown(
          name,
          [...found.values()].map(({ file }) => file.name),
          only,
        );
      }
      unloaded.delete(name);
      for (const [key, { file, stamp }] of own) {
        const entry = entries.get(key) ?? newEntry(file, '');
        entries.set(key, entry);
        if (entry.stamp !== stamp || entry.problem !== undefined) await read(entry, stamp);
      }
      removeGone(entriesOf(name).filter(({ file }) => !found.has(versionName(file))));
      await openNewest(name);
      await readDefault(before);
      const [newest] = entriesOf(name).sort((a, b) => b.file.version - a.file.version);
      const absent = newest && absentModel(newest);
      if (absent !== undefined)
        throw notLoaded(versionName(newest?.file ?? { name, version: 0 }), absent.reason);
    },
    async unload(name) {
      if (unloaded.has(name)) return;
      const before = defaultName();
      const own = entriesOf(name);
      if (own.length === 0)
        throw unknown(
          name,
          [...entries.values()].map(({ file }) => file.name),
          only,
        );
      unloaded.set(
        name,
        models().filter((model) => model.name === name),
      );
      for (const { file } of own) {
        entries.delete(versionName(file));
        log(`${versionName(file)} was unloaded by a request`, { model: versionName(file) });
        observer.modelChanged?.(file, { kind: 'unloaded' });
      }
      await openNewest(name);
      await readDefault(before);
    },
  };
}

function notLoaded(what: string, reason: string): Refusal {
  return new Refusal(400, `failed to load ${what}: ${reason}`);
}

function unknown(name: string, names: readonly string[], only: Only | undefined): Refusal {
  const here = only === undefined ? '' : ' here, where only one is served';
  return new Refusal(404, `there is no model "${name}"${here}. ${suggestion(name, [...new Set(names)])}`);
}

/** Each call in its turn, as `inTurn` gives them. */
export function controlInTurn(
  { load, unload }: RepositoryControl,
  inTurn: (work: () => Promise<void>) => Promise<void>,
): RepositoryControl {
  return { load: (name) => inTurn(() => load(name)), unload: (name) => inTurn(() => unload(name)) };
}
