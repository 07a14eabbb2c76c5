// What would change the answer, in words.
import { formatProbability } from '../shell/format.ts';
import type { Change } from './find.ts';

/** "Without this stroke it is “1”, 87 %.", or that no stroke or patch alone changes the answer. */
export function changeInWords({ part, before, label, probability }: Change): string {
  const what = 'stroke' in part ? 'stroke' : 'patch';
  const answer = `“${label}”, ${formatProbability(probability)}`;
  if (label !== before) return `Without this ${what} it is ${answer}.`;
  return `No ${what} alone changes the answer. Without this one it is the least sure: ${answer}.`;
}
