// What the tests of sweeps share: the JSON lines that `trainyard sweep --json` prints, and waiting for what comes.
import { setTimeout } from 'node:timers/promises';
import type { SearchEnd, Trial } from '../../../train/sweep/search.ts';

interface End extends SearchEnd {
  readonly trials: number;
  readonly best: Trial;
  readonly page: string;
}

/** The trials in their order, and the last line. */
export function linesOf(output: string): { trials: Trial[]; end: End } {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const trials: Trial[] = lines.filter(({ event }) => event === 'trial');
  return { trials: trials.toSorted((a, b) => a.trial - b.trial), end: lines.at(-1) };
}

/** Waits until something is so, which the test's own time limits. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await setTimeout(10);
}
