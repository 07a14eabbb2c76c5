// What the pictures are called on which a model is measured: a folder's are those that training held back.
import type { Card } from '../../models/card.ts';
import { heldOutOf } from '../../train/datasets/held-out.ts';

/** `validation pictures` of a folder, `test pictures` of a data set, `pictures` where nobody trained on any. */
export function testedOn({ recipe, datasets }: Pick<Card, 'recipe' | 'datasets'>): string {
  if (datasets.length === 0) return 'pictures';
  return `${heldOutOf(recipe)} pictures`;
}
