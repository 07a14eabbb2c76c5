// The lock of a run: one process trains it at a time, whatever machine or container shares the folder of runs.
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../models/errors.ts';
import {
  isNear,
  isOlderThan,
  keepAlive,
  mayLive,
  ownerOf,
  SILENT_MS,
  silenceOf,
} from '../../setup/files/owner.mjs';
import { TEMPORARY } from '../files/write-whole.ts';

const ownerSchema = z.object({
  pid: z.int(),
  start: z.string(),
  boot: z.string(),
  space: z.string(),
  host: z.string(),
  /** When it was taken, milliseconds since 1970. */
  taken: z.number(),
});

/** What of a run a lock is about. */
interface Run {
  readonly name: string;
  readonly folder: string;
  readonly last: string;
}

/** What a lock says; `undefined` where there is none, where it is damaged, or is being written. */
type Owner = z.output<typeof ownerSchema> | { readonly pid: number } | undefined;

const lockPath = ({ folder }: Run) => join(folder, 'lock');

/**
 * Locks a run for this process. The lock of a process that has ended is taken over, and what it was writing is removed.
 * @returns A function that removes the lock.
 * @throws UserError when another process is training it, or the folder cannot be written to.
 */
export function lockRun(run: Run): () => void {
  const unlock = tryLock(run);
  if (unlock !== undefined) return unlock;
  throw new UserError(`Run ${run.name} is being trained by ${trainerInWords(run)}`);
}

/** The same; undefined when another process is training it. */
export function tryLock(run: Run): (() => void) | undefined {
  const path = lockPath(run);
  if (!take(path)) {
    const before = readIfThere(path);
    if (isHeld(path)) return undefined;
    putAside(path, before);
    if (!take(path)) return undefined;
  }
  for (const file of readdirSync(run.folder))
    if (file.endsWith(TEMPORARY)) rmSync(join(run.folder, file), { force: true });
  const endBeat = keepAlive(path);
  return () => {
    endBeat();
    rmSync(path, { force: true });
  };
}

/** Whether a process that may live is training `run`. */
export function isBeingTrained(run: Run): boolean {
  return isHeld(lockPath(run));
}

/** Whether the last process that trained `run` crashed before it saved anything. */
export function crashedUnsaved(run: Run): boolean {
  const path = lockPath(run);
  const lock = statSync(path, { throwIfNoEntry: false });
  if (lock === undefined || isHeld(path)) return false;
  const owner = readOwner(path);
  const taken = owner !== undefined && 'taken' in owner ? owner.taken : lock.mtimeMs;
  const saved = statSync(run.last, { throwIfNoEntry: false });
  return saved === undefined || saved.mtimeMs < taken;
}

/** Makes the lock, unless there is one. */
function take(path: string): boolean {
  try {
    writeFileSync(path, JSON.stringify({ ...ownerOf(process.pid), taken: Date.now() }), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isHeld(path: string): boolean {
  const owner = readOwner(path);
  // It appears empty and is written at once; one that stays so was damaged, by a machine that lost its power for example.
  if (owner === undefined) return silenceOf(path) < SILENT_MS;
  return 'start' in owner ? mayLive(owner, path) : isOlderThan(owner.pid, path);
}

/** Removes a lock that nobody holds. Another process may have done so just now, and locked the run: then it is put back. */
function putAside(path: string, before: string | undefined): void {
  const aside = `${path}.${process.pid}${TEMPORARY}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readIfThere(aside) === before) rmSync(aside, { force: true });
  else renameSync(aside, path);
}

function readOwner(path: string): Owner {
  const text = readIfThere(path) ?? '';
  // Earlier versions wrote the process's id alone.
  if (/^[1-9]\d*$/.test(text)) return { pid: Number(text) };
  try {
    return ownerSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Who holds the lock, and what can be done. */
function trainerInWords(run: Run): string {
  const path = lockPath(run);
  const owner = readOwner(path);
  if (owner === undefined) return `another process. Wait for it, or stop it first.`;
  if (!('start' in owner) || isNear(owner)) return `process ${owner.pid}. Wait for it, or stop it first.`;
  const seconds = Math.max(0, Math.round(silenceOf(path) / 1000));
  return `process ${owner.pid} on ${owner.host}, which another machine or container is: it gave a sign of life ${seconds} s ago. Wait for it, or stop it there; ${SILENT_MS / 1000} s after its last sign the run is free.`;
}
