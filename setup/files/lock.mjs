// One set-up at a time in a cache folder: a lock file that names its owner, and that outlives nobody.
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from '../paths.mjs';
import { readJson, writeJson } from './index.mjs';

const lockFile = join(cacheFolder(), 'setup.lock');
const pollMs = 200;

/** @typedef {{ pid: number, start: string }} Process a process; `start` tells it from a later one of the same id */

/**
 * Does `action` while holding the lock.
 * @template T
 * @param {() => Promise<T>} action
 * @param {(owner: number) => void} onWait called once, with the owner's process id, if another set-up is at work
 * @returns {Promise<T>}
 */
export async function withLock(action, onWait) {
  mkdirSync(dirname(lockFile), { recursive: true });
  for (let waited = false; !take(); waited = true) {
    const owner = readJson(lockFile);
    if (owner && !waited) onWait(owner.pid);
    await sleep(pollMs);
  }
  try {
    return await action();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

/**
 * Names a program that works for us in the lock: should we be killed, it may run on for a while, and the next
 * set-up waits for it.
 * @param {number} pid
 */
export function shareLock(pid) {
  const owner = readJson(lockFile);
  if (owner?.pid === process.pid) writeJson(lockFile, { ...owner, child: identify(pid) });
}

/** Takes the lock if it is free, or if neither its owner nor the owner's program lives. */
function take() {
  const own = `${lockFile}.${process.pid}`;
  try {
    writeFileSync(own, JSON.stringify(identify(process.pid)));
    linkSync(own, lockFile); // fails if the name exists: the one atomic step
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    if (isNobodys()) rmSync(lockFile, { force: true });
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * Whether nobody who lives holds the lock. It appears with its owner in it, so one that does not name an owner was damaged,
 * by a machine that lost its power for example.
 */
function isNobodys() {
  const owner = readJson(lockFile);
  if (owner) return !isAlive(owner) && !isAlive(owner.child);
  return existsSync(lockFile) && !readJson(lockFile);
}

/**
 * @param {number} pid
 * @returns {Process}
 */
function identify(pid) {
  return { pid, start: startOf(pid) };
}

/**
 * A process's start in clock ticks since boot (proc(5), field 22); empty for one that is gone or a zombie, and
 * on systems without /proc.
 * @param {number} pid
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

/** @param {Process | undefined} process_ */
function isAlive(process_) {
  if (!process_) return false;
  try {
    process.kill(process_.pid, 0);
  } catch (error) {
    // EPERM: it lives, and is another user's.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false;
  }
  return startOf(process_.pid) === process_.start;
}
