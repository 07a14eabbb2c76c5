// The groups of pictures that stay together: by a column of a table, by folders, or by a part of each path.
import { counted } from '../../../models/counted.ts';
import { messageOf, UserError } from '../../../models/errors.ts';
import type { Listing } from './listing.ts';

const EXPECTED =
  "expected a column of the table, folder (for the folder that a picture is in), or a regular expression with one part in parentheses, such as '([^/]+)_[0-9]+\\.jpg$'";

/**
 * The listing with the group of each picture, as `asked`. What a table's column says is known already. A picture without a group
 * is alone in one.
 * @throws UserError where nothing is meant by `asked`, or it gives no picture a group
 */
export function grouped(listing: Listing, asked: string): Listing {
  const { layout, root } = listing;
  if (layout === 'shards')
    throw new UserError(`--group is for folders and tables; ${root} has its pictures in shards.`);
  const isColumn = listing.found.some(({ group }) => group !== undefined);
  const groupOf = isColumn ? undefined : patternOf(asked, listing);
  const found =
    groupOf === undefined
      ? listing.found
      : listing.found.map((each) => {
          const group = groupOf(each.path);
          return group === undefined ? each : { ...each, group };
        });
  const groups = new Set(found.flatMap(({ group }) => group ?? []));
  if (groups.size === 0)
    throw new UserError(`--group ${asked} gives none of the pictures of ${root} a group: ${EXPECTED}.`);
  if (groups.size === 1 && found.every(({ group }) => group !== undefined))
    throw new UserError(
      `--group ${asked} puts all pictures of ${root} into one group, ${JSON.stringify([...groups][0])}: nothing can be split.`,
    );
  const alone = found.filter(({ group }) => group === undefined).length;
  return {
    ...listing,
    found,
    decides: `${listing.decides} ${counted(groups.size, 'group')} by ${isColumn ? `the column ${JSON.stringify(asked)}` : asked === 'folder' ? 'folder' : asked}.`,
    notes: [
      ...listing.notes,
      ...(alone === 0
        ? []
        : [`${counted(alone, 'picture')} without a group by --group ${asked}: each may be on any side.`]),
    ],
  };
}

/** What gives the group of a path. */
function patternOf(asked: string, { layout, root }: Listing): (path: string) => string | undefined {
  if (asked === 'folder') return (path) => path.slice(0, Math.max(0, path.lastIndexOf('/')));
  if (!asked.includes('('))
    throw new UserError(
      layout === 'table'
        ? `--group ${asked}: no row has a cell in a column of that name; ${EXPECTED}.`
        : `--group ${asked}: the labels of ${root} are in no table; ${EXPECTED}.`,
    );
  let pattern: RegExp;
  try {
    pattern = new RegExp(asked, 'u');
  } catch (error) {
    throw new UserError(`--group ${asked} is no regular expression: ${messageOf(error)}.`);
  }
  return (path) => pattern.exec(path)?.[1];
}
