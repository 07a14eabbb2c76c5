// Memory of a process and all its descendants, as Linux shares it out among them.
import { readdirSync, readFileSync } from 'node:fs';

/** The process and its descendants. */
export function treeOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const tree = [pid];
  for (const member of tree) tree.push(...(children.get(member) ?? []));
  return tree;
}

/** The name in parentheses may hold spaces; the parent is the second field after it. */
function parentOf(pid: number): number | undefined {
  const stat = read(pid, 'stat');
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/**
 * Bytes of a process and its descendants: proportional set size, in which a page that n processes share counts as one
 * n-th of a page for each, so that the sum is what the tree truly takes.
 */
export function memoryOf(pid: number): number {
  return treeOf(pid).reduce((sum, member) => sum + proportional(member), 0);
}

function proportional(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB/m.exec(read(pid, 'smaps_rollup') ?? '')?.[1] ?? 0) * 1024;
}

/** CPU seconds that a process and its descendants have had, without those that have ended. */
export function cpuOf(pid: number): number {
  return treeOf(pid).reduce((sum, member) => sum + cpuTimes(member).own, 0);
}

/** CPU seconds that this process, and its children that have ended, have had. */
export function ownCpu(): number {
  const { own, ended } = cpuTimes(process.pid);
  return own + ended;
}

/** Clock ticks per second in /proc: USER_HZ, 100 on every Linux platform that Node runs on. */
const TICKS = 100;

function cpuTimes(pid: number): { own: number; ended: number } {
  const stat = read(pid, 'stat') ?? '';
  // Fields 14 to 17 are the 12th to 15th after the name.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number);
  return { own: (user + system) / TICKS, ended: (endedUser + endedSystem) / TICKS };
}

/** Undefined when the process has ended. */
function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}
