// How many pictures each class has, and what is said where that differs much.
import type { Dataset, Split } from '../datasets/dataset.ts';
import type { ClassWeights } from './task.ts';

/** A class that is smaller than this share of the largest is said. */
const SMALL = 0.1;

/** Classes that are named; more would hide the rest. */
const SHOWN = 3;

/** Pictures of each class. */
export function countsOf({ labels }: Pick<Split, 'labels'>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** What a recipe does about classes of unequal size. */
export interface ForUnequalClasses {
  readonly classWeights?: ClassWeights;
  readonly sampling?: 'balanced';
  readonly focal?: number;
}

/** Whether a recipe has every class count alike: then what it is judged by does, too. */
export function balancesClasses({
  classWeights,
  sampling,
}: Pick<ForUnequalClasses, 'classWeights' | 'sampling'>): boolean {
  return classWeights === 'balanced' || sampling === 'balanced';
}

/** Whether a class is so much smaller than the largest that it is said. */
export function areUnequal({ labels, train }: Pick<Dataset, 'labels' | 'train'>): boolean {
  return smallClassesOf(labels, train).small.length > 0;
}

/** Classes under a tenth of the largest, the smallest first. */
function smallClassesOf(labels: readonly string[], train: Pick<Split, 'labels'>) {
  const counts = countsOf(train, labels.length);
  const most = Math.max(...counts);
  const small = labels
    .map((label, i) => ({ label, count: counts[i] ?? 0 }))
    .filter(({ count }) => count < SMALL * most)
    .sort((a, b) => a.count - b.count);
  return { counts, most, small };
}

/**
 * A line that says which classes are small, and what can be done; undefined where none is under a tenth of the largest, or the
 * recipe does something about it.
 */
export function smallClassesInWords(
  { labels, train, task }: Pick<Dataset, 'labels' | 'train' | 'task'>,
  { classWeights, sampling, focal }: ForUnequalClasses,
): string | undefined {
  if (task !== undefined || (classWeights ?? sampling ?? focal) !== undefined) return undefined;
  const { counts, most, small } = smallClassesOf(labels, train);
  if (small.length === 0) return undefined;
  const named = small.slice(0, SHOWN).map(({ label, count }) => `${label} ${count}`);
  const more = small.length > SHOWN ? ` and ${small.length - SHOWN} others` : '';
  return `Small classes: ${named.join(', ')}${more} training pictures, where ${labels[counts.indexOf(most)]} has ${most}. --class-weights balanced has each class count alike, --sampling balanced shows each as often.`;
}
