// The classes by which a split is kept even: those of pictures, each of several labels, or quarters of numbers.
import type { TargetTask } from '../../tasks/task.ts';
import type { Found } from './listing.ts';

/** So many parts of equal size are the values of a number divided into. */
const PARTS = 4;

export interface Strata {
  readonly count: number;
  /** Of each picture, in their order. */
  readonly of: readonly (readonly number[])[];
}

/**
 * Of one class it is that class. Of several labels it is each of them, and of numbers the quarter that each is in; then one more
 * has all pictures, so that parts have their share also of those without a label.
 */
export function strataOf(
  pictures: readonly Pick<Found, 'label' | 'answers'>[],
  task: TargetTask | undefined,
): Strata {
  const quarters = task === 'regression' ? quartersOf(pictures) : [];
  const names = pictures.map(({ label, answers = [] }, i): readonly string[] => {
    if (task === undefined) return [label];
    if (task === 'multi') return answers.map((answer) => `label ${answer}`);
    return answers.map((_, k) => `${k} ${quarters[k]?.[i]}`);
  });
  const numbers = new Map<string, number>();
  const numberOf = (name: string) => {
    const known = numbers.get(name) ?? numbers.size;
    numbers.set(name, known);
    return known;
  };
  const of = names.map((own) => [...own, ...(task === undefined ? [] : ['all'])].map(numberOf));
  return { count: numbers.size, of };
}

/** The part, from 0, that each number of each picture is in: numbers first, then pictures. */
function quartersOf(pictures: readonly Pick<Found, 'answers'>[]): number[][] {
  const count = pictures[0]?.answers?.length ?? 0;
  return Array.from({ length: count }, (_, k) => {
    const values = pictures.map(({ answers }) => Number(answers?.[k]));
    const sorted = Float64Array.from(values).sort();
    const ranks = new Map<number, number>();
    for (const [rank, value] of sorted.entries()) if (!ranks.has(value)) ranks.set(value, rank);
    return values.map((value) => Math.floor(((ranks.get(value) ?? 0) * PARTS) / values.length));
  });
}
