// Whether two groups of runs differ by more than chance over seeds, in words.
import { heldOutOf } from '../../../models/held-out.ts';
import { percent, points } from '../format.ts';
import { mean, permutationTest, welch, wilson } from '../statistics.ts';
import { areComparable, type RunGroup, resultsOf } from './groups.ts';

/** Below this probability a difference is called more than chance. */
const ALPHA = 0.05;

export interface RunVerdict {
  other: RunGroup;
  text: string;
  /** Whether it is more than chance; undefined where that cannot be known. */
  isReal: boolean | undefined;
}

/**
 * Every group against the first, by the test error after the last epoch.
 * @param testPictures - NaN where it is not known how many there were.
 */
export function verdicts([first, ...others]: readonly RunGroup[], testPictures: number): RunVerdict[] {
  if (first === undefined) return [];
  const tests = others.map((other) => {
    const [a, b] = [other, first].map((group) => resultsOf(group).map(({ lastError }) => lastError));
    const test = areComparable(first, other) ? welch(a ?? [], b ?? []) : undefined;
    return { other, a: a ?? [], b: b ?? [], test };
  });
  const adjusted = holm(tests.map(({ test }) => test?.p));
  return tests.map(({ other, a, b, test }, i): RunVerdict => {
    const n = `n = ${a.length} and ${b.length}`;
    if (!areComparable(first, other))
      return {
        other,
        isReal: undefined,
        text: 'Not comparable: their errors are of other validation pictures. Train both on the data as they are now.',
      };
    if (a.length === 0 || b.length === 0)
      return { other, isReal: undefined, text: 'One of the two has no epoch yet.' };
    const difference = `${points(mean(a) - mean(b))} points`;
    if (test === undefined && Math.min(a.length, b.length) > 1)
      return {
        other,
        isReal: undefined,
        text: `${difference} (${n}). All seeds of a group have the same error, so there is no spread by which chance could be measured.`,
      };
    if (test === undefined) {
      const [low, high] = wilson(mean(b), testPictures);
      return {
        other,
        isReal: undefined,
        text: `${difference} (${n}). Too few seeds to tell chance apart: train with --seeds 5.${
          Number.isFinite(testPictures) && isShare(first)
            ? ` From ${testPictures} ${heldOutOf(first.recipe)} pictures alone, an error of ${percent(mean(b))} is known to ±${(((high - low) / 2) * 100).toFixed(2)} points.`
            : ''
        }`,
      };
    }
    const p = adjusted[i] ?? test.p;
    const exact = permutationTest(a, b);
    const isReal = p < ALPHA;
    const corrected = adjusted.length > 1 ? `, corrected for ${adjusted.length} comparisons after Holm` : '';
    const probability = `p = ${probabilityText(p)}${corrected}`;
    return {
      other,
      isReal,
      text:
        `${difference}, 95 % interval ${points(test.interval[0])} to ${points(test.interval[1])} (Welch's t-test: ${probability}` +
        `${exact === undefined ? '' : `; exact permutation test: ${probabilityText(exact)}`}; ${n}). ` +
        (isReal ? `${test.difference < 0 ? 'Better' : 'Worse'} by more than chance.` : 'That may be chance.'),
    };
  });
}

/** Whether its errors are shares of wrong answers, of which the number of pictures says how well they are known. */
function isShare({ runs }: RunGroup): boolean {
  const [last] = runs.flatMap(({ record }) => record.history.slice(-1));
  return last?.multi === undefined && last?.regression === undefined;
}

/** Probabilities corrected for their number: Holm 1979, jstor.org/stable/4615733. Undefined ones are left out. */
export function holm(probabilities: readonly (number | undefined)[]): (number | undefined)[] {
  const known = probabilities.flatMap((p, index) => (p === undefined ? [] : [{ p, index }]));
  const result = probabilities.map((): number | undefined => undefined);
  let largest = 0;
  for (const [rank, { p, index }] of known.sort((a, b) => a.p - b.p).entries()) {
    largest = Math.max(largest, Math.min(1, p * (known.length - rank)));
    result[index] = largest;
  }
  return result;
}

function probabilityText(p: number): string {
  return p < 0.001 ? 'less than 0.001' : p.toFixed(3);
}
