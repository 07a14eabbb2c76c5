// One set-up at a time in a cache folder: a lock file that names its owner, and that outlives nobody.
import { existsSync, linkSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cacheFolder } from '../paths.mjs';
import { makePath, readJson, writeJson } from './index.mjs';
import { keepAlive, mayLive, ownerOf } from './owner.mjs';

/** @typedef {import('./owner.mjs').Owner} Owner */

const lockFile = join(cacheFolder(), 'setup.lock');
const pollMs = 200;

/**
 * Does `action` while holding the lock.
 * @template T
 * @param {() => Promise<T>} action
 * @param {(owner: number) => void} onWait called once, with the owner's process id, if another set-up is at work
 * @returns {Promise<T>}
 */
export async function withLock(action, onWait) {
  makePath(dirname(lockFile));
  for (let waited = false; !take(); waited = true) {
    const owner = readJson(lockFile);
    if (owner && !waited) onWait(owner.pid);
    await sleep(pollMs);
  }
  const endBeat = keepAlive(lockFile);
  try {
    return await action();
  } finally {
    endBeat();
    rmSync(lockFile, { force: true });
  }
}

/**
 * Names a program that works for us in the lock, beside those that do: should we be killed, it may run on for a while,
 * and the next set-up waits for it.
 * @param {number} pid
 */
export function shareLock(pid) {
  const owner = readJson(lockFile);
  if (owner?.pid !== process.pid) return;
  const alive = (owner.children ?? []).filter((/** @type {Owner} */ child) => mayLive(child, lockFile));
  writeJson(lockFile, { ...owner, children: [...alive, ownerOf(pid)] });
}

/** Takes the lock if it is free, or if neither its owner nor any of the owner's programs lives. */
function take() {
  const own = `${lockFile}.${process.pid}`;
  try {
    writeFileSync(own, JSON.stringify(ownerOf(process.pid)));
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
  if (owner) return ![owner, ...(owner.children ?? [])].some((each) => mayLive(each, lockFile));
  return existsSync(lockFile) && !readJson(lockFile);
}
