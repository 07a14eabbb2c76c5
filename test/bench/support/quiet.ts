// How much of the machine others take: a turn that they disturbed says little about the contender.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** Clock ticks per second in /proc: USER_HZ, 100 on every Linux platform that Node runs on. */
const TICKS = 100;

/** A point in time. */
export interface Mark {
  at: number;
  /** CPU seconds that all processes, and the hypervisor's other guests, have had. */
  busy: number;
  /** CPU seconds that `pid` has had. */
  own: number;
}

export function mark(pid: number): Mark {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = readFileSync(
    '/proc/stat',
    'utf8',
  )
    .slice(3, 200)
    .trim()
    .split(/\s+/)
    .map(Number);
  // The name in parentheses may hold spaces; fields 14 and 15 are the 12th and 13th after it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const own = ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS;
  return { at: performance.now(), busy: (user + nice + system + irq + softirq + steal) / TICKS, own };
}

/** Share of all cores' time between two marks that went to others than the marked process. */
export function disturbance(before: Mark, after: Mark): number {
  const available = ((after.at - before.at) / 1000) * availableParallelism();
  return Math.max(0, after.busy - before.busy - (after.own - before.own)) / available;
}

/**
 * Waits until others leave the machine alone for half a second.
 * @param patience - Seconds after which it stops waiting.
 */
export async function quiet(patience: number): Promise<void> {
  const until = performance.now() + patience * 1000;
  while (performance.now() < until) {
    const before = mark(process.pid);
    await setTimeout(500);
    if (disturbance(before, mark(process.pid)) < 0.05) return;
  }
}
