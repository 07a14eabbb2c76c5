// Columns of zeros and ones that tell something of a row, and no class: the side, whether somebody has checked it.
import { NotCertain } from './not-certain.ts';
import { plain } from './plain.ts';

const FLAG =
  /^(is_|for_)?(train|training|test|testing|valid|validation|val|dev|holdout|held_out|fold|fold_?\d+|verified|checked|reviewed|approved|confirmed|corrected|annotated|labell?ed|done|flag|flagged|used?|usable|ignored?|excluded?|included?|skip|duplicates?|corrupt|corrupted|index)(_(set|image|img|data|split))?$/;

/**
 * Which columns tell something of a row, in place of being a class.
 * @param names - as `plain` writes them
 */
export function flagsOf(names: readonly string[]): readonly boolean[] {
  const own = names.map((name) => FLAG.test(name) && !(name === 'valid' && names.includes('invalid')));
  // Beside cat and dog, is_blurry is no class; is_cat and is_dog are two.
  const isAsked = (name: string) => /^(is|has)_/.test(name);
  const isMixed = names.some((name, i) => !own[i] && !isAsked(name));
  return names.map((name, i) => own[i] === true || (isMixed && isAsked(name)));
}

const TRUE = /^(true|1(\.0+)?|yes|y|t)$/i;
const FALSE = /^(false|0(\.0+)?|no|n|f)$/i;

/** What a word of a column of true and false says. */
export function truthOf(word: string): boolean | undefined {
  return TRUE.test(word) ? true : FALSE.test(word) ? false : undefined;
}

/**
 * Refuses a table with a column that may keep rows from training, in a way that can be read in two ways.
 * @param columns - names, and cells, of those that are neither labels nor sides
 * @param hasSides - whether another column tells the sides
 * @throws NotCertain for `valid`, which is for validation or usable, and for `is_train` and `is_test`
 */
export function checkFlags(
  columns: readonly { readonly name: string; readonly cells: readonly string[] }[],
  hasSides: boolean,
  path: string,
): void {
  for (const { name, cells } of columns) {
    const column = plain(name);
    const truths = cells.flatMap((cell) => truthOf(cell) ?? []);
    if (column === 'valid' && truths.length > 0 && (!hasSides || truths.includes(false)))
      throw new NotCertain(
        `${path} has a column "${name}", which may say which pictures are for validation, or which are usable. For the first, call it is_valid; otherwise delete the column, and rows that are not usable.`,
      );
    const keeps = /^(is_|for_)?train(ing)?(_(set|image|img|data|split))?$/.test(column)
      ? truths.includes(false)
      : /^(is_|for_)?(test(ing)?|holdout|held_out)(_(set|image|img|data|split))?$/.test(column) &&
        truths.includes(true);
    if (keeps && !hasSides)
      throw new NotCertain(
        `${path} has a column "${name}", which keeps rows from training, and does not say whether for validation or for a test. Write a column split with train, valid and test.`,
      );
  }
}
