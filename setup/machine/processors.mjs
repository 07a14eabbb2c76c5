// How many processors this process may use. A container's share of them is a quota of time: Node, before its version 23,
// and TensorFlow see all of the machine's, and threads beyond the quota are stopped, all at once, until the next period.
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Processors that this process may use, at least 1: those that it may run on, and, on Linux, no more than the quota of its
 * control groups. A part of a processor counts as one, as in Java and Go: with a quota of 1.5, one thread would leave a third
 * of it unused. Node, from its version 23, rounds down.
 * Reference: https://go.dev/doc/go1.25#container-aware-gomaxprocs.
 * @param {number} [limit] of the control groups, where it is known already
 * @param {number} [most] that the process may run on
 */
export function processors(limit = quota(), most = allowed()) {
  return Math.max(1, Math.min(most, Math.ceil(limit)));
}

/**
 * Processors that this process may run on, whatever its quota.
 * Reference: proc_pid_status(5), Cpus_allowed_list, which may name some that are not there.
 * @param {string} [root] of the file system, for tests
 * @param {number} [there] in the machine
 */
export function allowed(root = '/', there = cpus().length) {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read(join(root, 'proc/self/status')) ?? '')?.[1];
  if (list === undefined) return availableParallelism();
  const count = list.split(',').reduce((sum, range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return sum + last - first + 1;
  }, 0);
  return Math.min(count, there);
}

/**
 * Processors' worth of time that the control groups of this process have, version 1 or 2; infinite without a quota.
 * Reference: https://docs.kernel.org/admin-guide/cgroup-v2.html (cpu.max), .../scheduler/sched-bwc.html.
 * @param {string} [root] of the file system, for tests
 */
export function quota(root = '/') {
  const groups = read(join(root, 'proc/self/cgroup'))?.trim().split('\n') ?? [];
  const quotas = groups.flatMap((line) => {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers === '') return upwards(path).map((group) => quotaOf2(join(root, 'sys/fs/cgroup', group)));
    if (!controllers.split(',').includes('cpu')) return [];
    return upwards(path).map((group) => quotaOf1(join(root, 'sys/fs/cgroup', controllers, group)));
  });
  return Math.min(...quotas);
}

/**
 * A group and those that it is in. A container without a name space of its own for them sees its group at the root.
 * @param {string} path
 * @returns {string[]}
 */
function upwards(path) {
  const above = dirname(path);
  return above === path ? [path] : [path, ...upwards(above)];
}

/** @param {string} group folder */
function quotaOf2(group) {
  const [most, period] = read(join(group, 'cpu.max'))?.split(/\s+/).map(Number) ?? [];
  return share(most, period);
}

/** @param {string} group folder */
function quotaOf1(group) {
  return share(Number(read(join(group, 'cpu.cfs_quota_us'))), Number(read(join(group, 'cpu.cfs_period_us'))));
}

/**
 * @param {number | undefined} most microseconds in each period; not positive or no number where there is no quota
 * @param {number | undefined} period
 */
function share(most = 0, period = 0) {
  return most > 0 && period > 0 ? most / period : Number.POSITIVE_INFINITY;
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
