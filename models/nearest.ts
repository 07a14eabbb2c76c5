// "Did you mean ...?": the known word that is nearest to a mistyped one.
import { UserError } from './errors.ts';

/**
 * Returns the candidate with the smallest edit distance to `word`, or `undefined` when none is near enough
 * to be what was meant: more than a third of the longer word's letters would have to change.
 * Upper and lower case count as the same letter; of equally near candidates the first is taken.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    const limit = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (distance <= limit && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Letters to insert, delete or replace (Levenshtein), or neighbors to swap, to turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(beforeLast, j - 2) + 1);
      }
      row.push(distance);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

/** Ends a message about a word that is not known: `Did you mean cat?` where one is near, else `There are: cat, dog.` */
export function suggestion(word: string, candidates: readonly string[]): string {
  const guess = nearest(word, candidates);
  return guess === undefined ? `There are: ${candidates.join(', ') || 'none'}.` : `Did you mean ${guess}?`;
}

/**
 * The one of `choices` that an option was given.
 *
 * @param option - with its dashes, such as `--crop`.
 * @throws UserError such as `--crop takes center, stretch; received "strech". Did you mean stretch?`
 */
export function oneOf<T extends string>(option: string, choices: readonly T[], received: string): T {
  const found = choices.find((choice) => choice === received);
  if (found !== undefined) return found;
  const guess = nearest(received, choices);
  const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
  throw new UserError(`${option} takes ${choices.join(', ')}; received ${JSON.stringify(received)}.${hint}`);
}
