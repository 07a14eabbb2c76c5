// The classes of a trained network in a terminal, where they are so unequal that one share of errors says little.
import { heldOutTitle } from '../../models/held-out.ts';
import { areUnequal, balancesClasses } from '../tasks/class-counts.ts';
import { classFiguresOf, classTableText, meanOver } from './class-figures.ts';
import { confusionOf } from './confusion-matrix.ts';
import { plainPercent } from './format.ts';
import type { TrainedNetwork } from './trained.ts';

/** Classes that are printed, those with the lowest recall; the report has all. */
const MOST = 12;

/** Lines; none where the classes are of like size and nothing balances them. */
export function classesInWords({
  recipe,
  dataset,
  validation,
}: Pick<TrainedNetwork, 'recipe' | 'dataset' | 'validation'>): string[] {
  if (dataset.task !== undefined || !(areUnequal(dataset) || balancesClasses(recipe))) return [];
  const { labels } = dataset;
  const classes = classFiguresOf(confusionOf(validation, labels.length), labels);
  const present = classes.filter(({ n }) => n > 0).sort((a, b) => (a.recall ?? 0) - (b.recall ?? 0));
  const more = present.length - MOST;
  return [
    `${heldOutTitle(recipe)}, of the best checkpoint: balanced accuracy ${plainPercent(meanOver(classes, ({ recall }) => recall))}, mean F1 ${plainPercent(meanOver(classes, ({ f1 }) => f1))}.`,
    ...classTableText(present.slice(0, MOST)),
    ...(more > 0 ? [`  ... and ${more} more in the report`] : []),
  ];
}
