// From pictures to suspects: folds in which look-alikes stay together, probabilities out of fold, reasons.
import { UserError } from '../../models/errors.ts';
import { assignUnits, type UnitCounts } from '../datasets/folder/assign-units.ts';
import { outOfFold } from './out-of-fold.ts';
import type { CleanPictures } from './pictures.ts';
import { findSuspects, type Suspect } from './suspects.ts';

/** Folds, as cleanlab's tutorials have them; fewer where there are fewer pictures that may be apart. */
const FOLDS = 5;

export interface Found {
  /** The worst first. */
  readonly suspects: readonly Suspect[];
  /** `[N,classes]`, out of fold. */
  readonly probabilities: ArrayLike<number>;
}

/**
 * @param labels - `[N]`, what counts as the label of each picture now: an index of a class, or -1 where it is dropped.
 * @throws UserError where there are not two pictures that may be apart
 */
export function findWrong(
  {
    pictures,
    features,
    units,
    labels: names,
  }: Pick<CleanPictures, 'pictures' | 'features' | 'units' | 'labels'>,
  labels: readonly number[],
): Found {
  const counts = units.map((unit): UnitCounts => {
    const own = new Map<number, number>();
    for (const place of unit) own.set(labels[place] ?? -1, (own.get(labels[place] ?? -1) ?? 0) + 1);
    // Dropped pictures are in a fold as well, though they teach nothing.
    own.delete(-1);
    return own;
  });
  const count = Math.min(FOLDS, units.length);
  if (count < 2)
    throw new UserError(
      `All ${pictures.length} pictures look the same: expected two at least that differ, so that one can say something of the other.`,
    );
  const parts = assignUnits(counts, names.length, new Array<number>(count).fill(1 / count));
  const folds = new Array<number>(pictures.length).fill(0);
  for (const [u, unit] of units.entries()) for (const place of unit) folds[place] = parts[u] ?? 0;
  const classes = names.length;
  const probabilities = outOfFold({ features, labels, classes, folds });
  return { suspects: findSuspects({ labels, probabilities, classes, folds, units }), probabilities };
}
