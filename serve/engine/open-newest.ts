// Opens the newest version of each name that works; older ones are opened for their first request.
import type { Log } from '../log.ts';
import type { Entry } from './catalog-entry.ts';
import type { Observer } from './events.ts';
import { type ServedModel, sessionKey, versionName } from './models.ts';

/** The result of opening a model: the reason when it cannot be opened. */
export interface Trial {
  readonly reason?: string;
  readonly milliseconds: number;
  /** A worker ended while it opened the model, which may not be the model's fault. */
  readonly ended?: boolean;
}

export interface NewestOptions {
  /** Opens a model, warms it up and checks it against its golden vectors. */
  readonly open: (model: ServedModel) => Promise<Trial>;
  /** Says that an entry's candidate cannot be used. */
  readonly leaveOut: (entry: Entry, reason: string) => void;
  readonly observer: Observer;
  /** Gets a line for each version that is served from now on. */
  readonly log: Log;
}

export interface Newest {
  /** The version of each name that is open. */
  readonly current: ReadonlyMap<string, ServedModel>;
  /** Opens the newest of a name's versions that works, and takes the others' candidates. */
  open(name: string, versions: readonly Entry[]): Promise<void>;
  /** Why the model with this key could not be opened when it was tried last. */
  whyBroken(key: string): string | undefined;
  /** Forgets why a version was broken: it is read again. */
  forget(entry: Entry): void;
}

/** How often a version is tried when workers end while they open it. */
const TRIALS = 2;

export function createNewest({ open, leaveOut, observer, log }: NewestOptions): Newest {
  const current = new Map<string, ServedModel>();
  const broken = new Map<string, string>();

  function isCurrent(model: ServedModel): boolean {
    const now = current.get(model.name);
    return now !== undefined && sessionKey(now) === sessionKey(model);
  }

  /** @returns whether the entry is what serves under its name now. */
  async function tryOut(entry: Entry, wanted: ServedModel): Promise<boolean> {
    if (isCurrent(wanted) && !entry.suspect) return true;
    const { reason, milliseconds, ended } = await open(wanted);
    if (reason === undefined) {
      const repaired = isCurrent(wanted);
      entry.suspect = false;
      entry.trials = 0;
      current.set(wanted.name, wanted);
      say(
        wanted,
        repaired ? 'is well again' : `serves from now on; it was ready in ${milliseconds.toFixed(0)} ms`,
      );
      observer.modelChanged?.(wanted, { kind: 'serving', milliseconds });
      return true;
    }
    entry.candidate = undefined;
    broken.set(sessionKey(wanted), reason);
    if (ended && ++entry.trials < TRIALS) entry.again = performance.now();
    else leaveOut(entry, reason);
    if (entry.serving !== undefined && isCurrent(entry.serving) && !entry.suspect) return true;
    entry.serving = undefined;
    return false;
  }

  /** Tries a version that is not the newest, and could not be opened when it was asked for. */
  async function tryOld(entry: Entry, wanted: ServedModel): Promise<void> {
    const { reason } = await open(wanted);
    entry.suspect = false;
    if (reason === undefined) return;
    broken.set(sessionKey(wanted), reason);
    entry.candidate = undefined;
    entry.serving = undefined;
    leaveOut(entry, reason);
  }

  /** The candidate is served from now on. */
  function take(entry: Entry, candidate: ServedModel): void {
    if (!isCurrent(candidate)) say(candidate, 'can be asked for');
    entry.serving = candidate;
    entry.candidate = undefined;
    entry.problem = undefined;
  }

  function say(model: ServedModel, what: string): void {
    log(`${versionName(model)} ${what}`, { model: versionName(model) });
  }

  return {
    current,
    async open(name, versions) {
      let found = false;
      for (const entry of [...versions].sort((a, b) => b.file.version - a.file.version)) {
        const wanted = entry.candidate ?? entry.serving;
        if (wanted === undefined) continue;
        if (!found) found = await tryOut(entry, wanted);
        else if (entry.suspect) await tryOld(entry, wanted);
        if (entry.candidate !== undefined && found) take(entry, entry.candidate);
      }
      if (!found) current.delete(name);
    },
    whyBroken: (key) => broken.get(key),
    forget({ file }) {
      const own = `${versionName(file)}/`;
      for (const key of broken.keys()) if (key.startsWith(own)) broken.delete(key);
    },
  };
}
