// The classes of a model by the labels of a folder.
import type { Card } from '../../models/card.ts';
import { UserError } from '../../models/errors.ts';
import { nearest } from '../../models/nearest.ts';

/**
 * The model's class of each label of a folder: of its name, or the only one but for upper and lower case.
 * @throws UserError for a label that the model does not know
 */
export function matchClasses(
  found: readonly string[],
  { name, labels }: Pick<Card, 'name' | 'labels'>,
  folder: string,
): Map<string, number> {
  const classes = new Map<string, number>();
  const unknown: string[] = [];
  for (const label of new Set(found)) {
    const alike = labels.flatMap((each, i) => (each.toLowerCase() === label.toLowerCase() ? [i] : []));
    const exact = labels.indexOf(label);
    const index = exact >= 0 ? exact : alike.length === 1 ? alike[0] : undefined;
    if (index === undefined) unknown.push(label);
    else classes.set(label, index);
  }
  if (unknown.length === 0) return classes;
  const guess = nearest(unknown[0] ?? '', [...labels]);
  const shown = (names: readonly string[]) =>
    names.slice(0, 10).join(', ') + (names.length > 10 ? ` and ${names.length - 10} more` : '');
  throw new UserError(
    `${folder} has ${unknown.length === 1 ? 'a class' : 'classes'} that ${name} does not know: ${shown(unknown)}. It knows ${shown(labels)}. ${guess ? `Did you mean ${JSON.stringify(guess)}? ` : ''}Rename the labels, or leave those pictures out: a part of the model's classes is enough.`,
  );
}
