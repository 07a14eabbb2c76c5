// The catalog: which versions are served. It looks for changes in the repository, tries what is new, and lets the old
// version serve until the new one has given the golden outputs of its card. What cannot be used is left out, with its
// reason, and never stops the others.
import { UserError } from '../../models/errors.ts';
import { visible } from '../../models/printable.ts';
import type { ModelFile } from '../../models/repository.ts';
import { systemReason } from '../../models/system-reason.ts';
import { explain, inPublic, SERVER_ERROR } from '../explain.ts';
import { absentModel, type Entry, newEntry } from './catalog-entry.ts';
import type { Catalog, CatalogOptions } from './catalog-types.ts';
import { createDefaultChoice } from './default-choice.ts';
import { createFaultLog, isAbout } from './fault-log.ts';
import { type Only, type ServedModel, sessionKey, versionName } from './models.ts';
import { noneWorks } from './none-works.ts';
import { createNewest } from './open-newest.ts';
import { openPinned } from './pinned.ts';
import { isServedFileThere, noModel, readServedModel } from './read-model.ts';
import { reasonOf } from './read-models.ts';
import { createControl, UNLOADED } from './repository-control.ts';
import { sayWhileWaiting } from './say-while-waiting.ts';
import { compareVersions, type Digests, type RepositoryScan, scanRepository } from './scan-repository.ts';

/** Milliseconds after which a version is read again that the system did not let us read, or write to the cache. */
const AGAIN = 10_000;

export function createCatalog(options: CatalogOptions): Catalog {
  const { repository, only, pinned, open, swap, observer, log } = options;
  const entries = new Map<string, Entry>();
  const faultLog = createFaultLog(log, observer);
  /** What was served of names that were unloaded by request: they stay out until they are loaded. */
  const unloaded = new Map<string, readonly ServedModel[]>();
  let models: readonly ServedModel[] = [];
  const chosen = createDefaultChoice(repository, pinned, () => models, log);
  /** Of the last look. */
  let digests: Digests | undefined;
  let loading = false;
  /** What was said last about the whole repository; empty when it is well. */
  let trouble = '';
  const newest = createNewest({
    open: (model) => sayWhileWaiting(open(model), `opening ${versionName(model)}`, log),
    leaveOut,
    observer,
    log: (line, fields) => loading || log(line, fields), // at the start, the announcement lists them
  });

  async function read(entry: Entry, stamp: string): Promise<void> {
    if (entry.stamp !== stamp) entry.trials = 0;
    entry.stamp = stamp;
    entry.seen = stamp;
    entry.again = Number.POSITIVE_INFINITY;
    newest.forget(entry);
    try {
      entry.candidate = await sayWhileWaiting(
        readServedModel(entry.file),
        `reading ${versionName(entry.file)}`,
        log,
      );
    } catch (error) {
      entry.candidate = undefined;
      if (!(error instanceof UserError)) entry.again = performance.now() + AGAIN;
      const reason = reasonOf(error);
      leaveOut(entry, reason ?? SERVER_ERROR);
      if (reason === undefined) log(`${versionName(entry.file)}: ${explain(error)}`, { level: 'error' });
    }
  }

  function leaveOut(entry: Entry, reason: string): void {
    const { file, serving, problem } = entry;
    entry.problem = reason;
    if (problem === reason) return; // it was said before
    const instead = newest.current.get(file.name);
    const other = serving === undefined ? `version ${instead?.version}` : 'what was there before';
    const meanwhile = instead === undefined ? '' : `; ${other} goes on serving`;
    log(`${versionName(file)} is left out: ${visible(reason)}${meanwhile}`, {
      level: instead === undefined ? 'error' : 'warn',
      model: versionName(file),
    });
    observer.modelChanged?.(file, { kind: 'broken', reason });
  }

  async function openNewest(name: string): Promise<void> {
    const versions = [...entries.values()].filter(({ file }) => file.name === name);
    await newest.open(name, versions);
    models = [...entries.values()].flatMap(({ serving }) => serving ?? []).sort(byNameAndVersion);
    swap([...new Set([...newest.current.values(), ...chosen.kept()])], [...unloaded.values()].flat());
  }

  function takeFaults({ faults }: RepositoryScan): void {
    const served = new Set(models.map(versionName));
    faultLog.take(faults, loading, (fault) => [...served].some((key) => isAbout(fault, key)));
  }

  /** Says something about the whole repository, once; nothing when it is well. */
  function sayOnce(text: string): void {
    if (text !== '' && text !== trouble) log(text, { level: 'warn' });
    trouble = text;
  }

  /** @returns the names of the models that went. */
  function removeGone(gone: readonly Entry[]): string[] {
    // A version that a fault is about is there, and cannot be read: it goes on serving.
    const removed = gone.filter(
      ({ file }) => !faultLog.faults().some((fault) => isAbout(fault, versionName(file))),
    );
    for (const { file } of removed) {
      entries.delete(versionName(file));
      log(`${versionName(file)} was removed from the repository`, { model: versionName(file) });
      observer.modelChanged?.(file, { kind: 'removed' });
    }
    return removed.map(({ file }) => file.name);
  }

  const control = createControl({
    ...{ only, entries, unloaded, observer, log, read, removeGone, openNewest },
    scan: () => scanRepository(repository, only, digests),
    models: () => models,
    readDefault: chosen.readAgain,
    defaultName: chosen.name,
  });

  const catalog: Catalog = {
    control,
    models: () => models,
    defaultModel: chosen.model,
    pinned,
    absent: () => [
      ...faultLog.faults().map(({ name, version, reason }) => ({ name, version, reason: inPublic(reason) })),
      ...[...entries.values()].flatMap((entry) => absentModel(entry) ?? []),
      ...[...unloaded.values()].flat().map(({ name, version }) => ({ name, version, reason: UNLOADED })),
    ],
    async load() {
      const scan = await scanAtStart(repository, only);
      if (scan.found.size === 0 && scan.faults.length === 0) throw await noModel(repository, only?.name);
      loading = true;
      await chosen.read();
      takeFaults(scan);
      for (const [key, { file, stamp }] of scan.found) entries.set(key, newEntry(file, stamp));
      for (const entry of entries.values()) await read(entry, entry.seen);
      for (const name of new Set([...entries.values()].map(({ file }) => file.name))) await openNewest(name);
      loading = false;
      if (models.length === 0) throw noneWorks(repository, faultLog.faults(), entries);
      if (pinned !== undefined)
        await openPinned(pinned, catalog, (model) => newest.current.get(model.name) === model, open);
    },
    async look() {
      const scan = await scanRepository(repository, only, digests).catch((error) => {
        const reason = systemReason(error);
        if (reason === undefined) throw error;
        sayOnce(`${repository} cannot be read: ${reason}; the models that were there go on serving`);
      });
      if (scan === undefined) return;
      digests = scan.digests;
      const before = chosen.name();
      const { faults } = scan;
      takeFaults(scan);
      const none = `has no models any more${faults.length > 0 ? ' that can be read' : ''}`;
      sayOnce(scan.found.size > 0 ? '' : `${repository} ${none}; those that were there go on serving`);
      if (scan.found.size === 0) return;
      const found = new Map([...scan.found].filter(([, { file }]) => !unloaded.has(file.name)));
      for (const [key, { file }] of found) if (!entries.has(key)) entries.set(key, newEntry(file, ''));
      const { toRead, gone } = compareVersions(entries, found);
      const changed = new Set<string>();
      for (const entry of await entriesToRead(entries, toRead, found)) {
        await read(entry, found.get(versionName(entry.file))?.stamp ?? entry.seen);
        changed.add(entry.file.name);
      }
      for (const name of removeGone(gone)) changed.add(name);
      for (const name of changed) await openNewest(name);
      await chosen.readAgain(before);
    },
    suspect(key) {
      for (const entry of entries.values()) {
        if (entry.serving !== undefined && sessionKey(entry.serving) === key) entry.suspect = true;
      }
    },
    whyBroken: newest.whyBroken,
  };
  return catalog;
}

/** The entries whose files changed, and those that are to be read again though they did not. */
async function entriesToRead(
  entries: ReadonlyMap<string, Entry>,
  changed: readonly Entry[],
  found: RepositoryScan['found'],
): Promise<Set<Entry>> {
  const all = new Set(changed);
  for (const [key, entry] of entries) {
    if (!found.has(key)) continue;
    const { suspect, again, serving } = entry;
    if (suspect || again <= performance.now()) all.add(entry);
    else if (serving !== undefined && !(await isServedFileThere(serving))) all.add(entry);
  }
  return all;
}

/** @throws UserError when the repository cannot be read. */
async function scanAtStart(repository: string, only: Only | undefined): Promise<RepositoryScan> {
  try {
    return await scanRepository(repository, only);
  } catch (error) {
    const reason = systemReason(error);
    throw reason === undefined ? error : new UserError(`${repository} cannot be read: ${reason}`);
  }
}

function byNameAndVersion(a: ModelFile, b: ModelFile): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.version - b.version;
}
