// What several runs are called together, in the name of a file that is about all of them.
import { createHash } from 'node:crypto';
import type { Run } from './run.ts';

/** Beyond it a name is shortened: file systems take 255 bytes, endings and what stands before it among them. */
const MOST = 100;

/** Their numbers, `1-2-3`; of many the first, the last and a digest: `1-to-70-0a1b2c3d`. */
export function numbersOfRuns(runs: readonly Pick<Run, 'name'>[]): string {
  const numbers = runs.map(({ name }) => Number.parseInt(name, 10));
  const all = numbers.join('-');
  if (all.length <= MOST) return all;
  const digest = createHash('sha256').update(all).digest('hex').slice(0, 8);
  return `${numbers[0]}-to-${numbers.at(-1)}-${digest}`;
}

/** Of up to three runs their names, where those are short enough, else their numbers. */
export function namesOfRuns(runs: readonly Pick<Run, 'name'>[]): string {
  const names = runs.map(({ name }) => name).join('-');
  return runs.length <= 3 && names.length <= MOST ? names : numbersOfRuns(runs);
}
