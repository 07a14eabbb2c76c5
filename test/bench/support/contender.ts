// The contender's side: a process that says when it is ready, then works for as long as each line of input says.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** What a contender has to say of itself when it is ready. */
export type About = Readonly<Record<string, string | number>>;

/** A turn's work: `images` in `seconds`. */
export interface Turn {
  images: number;
  seconds: number;
  /** CPU seconds of all its threads. */
  cpu: number;
  /** Resident memory of the process, now and at most so far, bytes. */
  resident?: number;
  peak: number;
  /** What of the resident memory is its own now, pages of libraries not counted, bytes. */
  private?: number;
  /** Milliseconds of the turn in which the step waited for data. */
  waited?: number;
}

/**
 * Answers every line `{"seconds": s}` of standard input with a {@link Turn}; ends when the input does.
 * @param step - One training step; resolves to the number of images it trained on.
 * @param waited - Milliseconds that all steps so far have waited for data.
 */
export async function contend(
  about: About,
  step: () => number | Promise<number>,
  waited?: () => number,
): Promise<void> {
  console.log(JSON.stringify({ ready: about }));
  for await (const line of createInterface({ input: process.stdin })) {
    const { seconds } = JSON.parse(line) as { seconds: number };
    const [began, waitedBefore] = [performance.now(), waited?.() ?? 0];
    const cpuBefore = process.cpuUsage();
    let images = 0;
    let elapsed = 0;
    while (elapsed < seconds) {
      images += await step();
      elapsed = (performance.now() - began) / 1000;
    }
    const { user, system } = process.cpuUsage(cpuBefore);
    const turn: Turn = {
      images,
      seconds: elapsed,
      cpu: (user + system) / 1e6,
      resident: fromStatus('VmRSS'),
      peak: fromStatus('VmHWM'),
      private: fromStatus('RssAnon'),
    };
    if (waited !== undefined) turn.waited = waited() - waitedBefore;
    console.log(JSON.stringify(turn));
  }
}

/** Bytes of a field of Linux's account of this process. */
function fromStatus(field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(
    readFileSync('/proc/self/status', 'utf8'),
  );
  return Number(kibibytes?.[1] ?? Number.NaN) * 1024;
}
