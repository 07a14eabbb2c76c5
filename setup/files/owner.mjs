// Who holds a lock file: a process of one machine and container, known from every other, and whether it may still live.
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { Worker } from 'node:worker_threads';

/**
 * A process. `start` tells it from a later one of the same id; `boot` and `space` say on which machine, since when it
 * runs, and among which processes (a container has its own, whose ids another container knows nothing of); `host` is for
 * people. Files of earlier versions have `pid` and `start` alone.
 * @typedef {{ pid: number, start: string, boot?: string, space?: string, host?: string }} Owner
 */

/** A lock is touched this often while its owner lives. */
const BEAT_MS = 2_000;

/** An owner that cannot be looked at, being on another machine or in another container, has ended when its lock is this old. */
export const SILENT_MS = 60_000;

/**
 * @param {number} pid
 * @returns {Owner}
 */
export function ownerOf(pid) {
  return { pid, start: startOf(pid), ...here() };
}

/**
 * Whether the owner of a lock lives, as far as can be known.
 * @param {Owner} owner
 * @param {string} path of its lock
 */
export function mayLive(owner, path) {
  return isNear(owner) ? isAlive(owner) : silenceOf(path) < SILENT_MS;
}

/**
 * Whether an owner is among the processes that this one can see.
 * @param {Owner} owner
 */
export function isNear({ boot, space }) {
  const own = here();
  return boot === undefined || (boot === own.boot && space === own.space);
}

/**
 * Milliseconds since a lock was touched; endless for one that is not there.
 * @param {string} path
 */
export function silenceOf(path) {
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
  return touched === undefined ? Number.POSITIVE_INFINITY : Date.now() - touched;
}

/**
 * Touches a lock every few seconds, from a thread of its own: a step of training blocks the main one for longer.
 * @param {string} path
 * @returns {() => void} what ends it
 */
export function keepAlive(path) {
  const thread = new Worker(new URL('./heartbeat.mjs', import.meta.url), {
    workerData: { path, every: BEAT_MS },
    execArgv: [],
  });
  thread.unref();
  // Without it, another machine could take the lock after a minute; the training itself is none the worse.
  thread.on('error', () => {});
  return () => void thread.terminate();
}

/** What is the same for all processes of a machine. */
function here() {
  return {
    boot: read(() =>
      process.platform === 'darwin'
        ? execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim()
        : readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    ),
    space: read(() => readlinkSync('/proc/self/ns/pid')),
    host: hostname(),
  };
}

/**
 * A process's start in clock ticks since boot (proc(5), field 22), or on macOS as `ps` says it; empty for one that is gone
 * or a zombie, and on other systems.
 * @param {number} pid
 */
function startOf(pid) {
  if (process.platform === 'darwin') return startByPs(pid);
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? '' : (fields[19] ?? '');
}

/**
 * A process's start to the second, by POSIX's `ps`; empty for one that is gone or a zombie.
 * @param {number} pid
 */
export function startByPs(pid) {
  const line = read(() =>
    execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  ).trim();
  return line.startsWith('Z') ? '' : line.replace(/^\S+\s*/, '');
}

/** @param {Owner} owner */
function isAlive({ pid, start }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and is another user's.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EPERM') return false;
  }
  return startOf(pid) === start;
}

/** Linux counts the start of a process in hundredths of a second (proc(5): sysconf(_SC_CLK_TCK), 100 everywhere). */
const TICKS_PER_SECOND = 100;

/**
 * Whether a process that is known by its id alone is one that could have written a file: it lives, and is older than that.
 * @param {number} pid
 * @param {string} path
 */
export function isOlderThan(pid, path) {
  const start = startOf(pid);
  if (!isAlive({ pid, start })) return false;
  const [, booted] = /^btime (\d+)$/m.exec(read(() => readFileSync('/proc/stat', 'utf8'))) ?? [];
  if (start === '' || booted === undefined) return true;
  const started = (Number(booted) + Number(start) / TICKS_PER_SECOND) * 1000;
  // btime is rounded to a second.
  return started <= (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) + 1000;
}

/**
 * @param {() => string} work
 * @returns {string} empty where the system does not say
 */
function read(work) {
  try {
    return work();
  } catch {
    return '';
  }
}
