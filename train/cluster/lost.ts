// What to say when other tasks are gone.
import type { Place } from './addresses.ts';

/** Names the tasks at the addresses `lost`, and says how to go on. */
export function lostInWords({ addresses }: Place, lost: readonly string[]): string {
  const names = lost.map((address) => `task ${addresses.indexOf(address)} (${address})`);
  const [subject, verb] = names.length === 1 ? [names.join(), 'has'] : [names.join(' and '), 'have'];
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)} ${verb} ended, or cannot be reached any more: no task can go on alone. Start all of them again with the same commands; they go on where task 0 last saved.`;
}
